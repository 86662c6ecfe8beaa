namespace Steering.Analysis.Experiments;

/// <summary>An autoencoder that an experiment's policies may name.</summary>
/// <param name="Given">Folder or name, as the file has it.</param>
/// <param name="Site">Site that it belongs to; null takes its own.</param>
public sealed record ExperimentSae(string Given, string? Site);
