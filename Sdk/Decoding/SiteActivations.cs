using Steering.Compilation;

namespace Steering.Decoding;

/// <summary>What the rows at a site read at one position.</summary>
/// <param name="Site">Site name.</param>
/// <param name="Rows">What each row is.</param>
/// <param name="Values">[M] activations before the edit.</param>
public sealed record SiteActivations(string Site, IReadOnlyList<ProgramRow> Rows, ReadOnlyMemory<float> Values);
