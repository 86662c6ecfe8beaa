namespace Steering.Cli.Inspection;

/// <summary>What a file or folder is, in words and as facts.</summary>
/// <param name="Kind">One word: <c>model</c>, <c>checkpoint</c>, <c>sae</c>, <c>sae-onnx</c>, <c>vector</c>, <c>policy</c>, <c>shards</c>, <c>tensors</c>.</param>
/// <param name="Path">What was looked at.</param>
/// <param name="Sentence">The whole in one sentence.</param>
/// <param name="Facts">The details, in order; names are those of the JSON form.</param>
internal sealed record Description(string Kind, string Path, string Sentence, IReadOnlyList<Fact> Facts);

/// <summary>One detail.</summary>
/// <param name="Name">Name in JSON, camel case.</param>
/// <param name="Value">A string, number, boolean, list of strings, or null where it is not known.</param>
internal sealed record Fact(string Name, object? Value);
