using Steering.Export.Onnx;

namespace Steering.Export.Architectures;

/// <summary>Tables of rotary positions as weights of a graph.</summary>
/// <param name="Cosines">[positions, rotated ÷ 2]</param>
/// <param name="Sines">[positions, rotated ÷ 2]</param>
internal sealed record RotaryTables(GraphValue Cosines, GraphValue Sines);
