namespace Steering.Cli.Inspection;

/// <summary>One detail.</summary>
/// <param name="Name">Name in JSON, camel case.</param>
/// <param name="Value">A string, number, boolean, list of strings, or null where it is not known.</param>
internal sealed record Fact(string Name, object? Value);
