namespace Steering.Analysis.Experiments;

/// <summary>A policy under test.</summary>
/// <param name="Name">What the results call it.</param>
/// <param name="Given">File or name, as the experiment has it.</param>
public sealed record ExperimentPolicy(string Name, string Given);
