namespace Steering.Tests.Export.Sockets;

/// <summary>An output: its shape and its numbers in row-major order.</summary>
internal sealed record TensorResult(long[] Shape, float[] Values);
