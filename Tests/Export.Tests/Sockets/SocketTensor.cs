namespace Steering.Tests.Export.Sockets;

/// <summary>An input of a socket: shape, and numbers or indices.</summary>
internal sealed record SocketTensor(long[] Shape, float[]? Floats, long[]? Integers = null);
