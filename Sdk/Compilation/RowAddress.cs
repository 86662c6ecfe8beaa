namespace Steering.Compilation;

/// <summary>A row of a compiled policy.</summary>
/// <param name="Site">Index into <see cref="CompiledPolicy.Sites"/>.</param>
/// <param name="Row">Row index m at that site.</param>
public readonly record struct RowAddress(int Site, int Row);
