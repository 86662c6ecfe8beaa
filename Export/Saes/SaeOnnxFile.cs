namespace Steering.Export.Saes;

/// <summary>A graph that was written.</summary>
/// <param name="Graph">Which.</param>
/// <param name="Path">The <c>.onnx</c> file.</param>
/// <param name="Length">Its bytes, those of its <c>.data</c> file included.</param>
public sealed record SaeOnnxFile(SaeOnnxGraphs Graph, string Path, long Length);
