namespace Steering.Sandbox;

/// <summary>Something that one conversation states and keeps to.</summary>
/// <param name="Key">Which fact it is, e.g. <c>animals.pet</c>.</param>
/// <param name="Values">What was said, by slot, e.g. name = Milo.</param>
/// <param name="StatedIn">Index in <see cref="SandboxDocument.Turns"/> of the turn that states it.</param>
/// <param name="RecalledIn">Index of the assistant's turn that repeats it on request, or null.</param>
public sealed record Fact(string Key, IReadOnlyDictionary<string, string> Values, int StatedIn, int? RecalledIn);
