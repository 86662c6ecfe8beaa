namespace Steering.Analysis.Experiments;

/// <summary>From what the dense control is made.</summary>
/// <param name="Towards">Full path of texts, one a line, of the kind that is wanted.</param>
/// <param name="Away">Full path of texts of the kind that is not.</param>
/// <param name="Site">Where the direction acts; null is the last site that the policy edits.</param>
public sealed record DiffMeanSettings(string Towards, string Away, string? Site);
