using Steering.Sockets;

namespace Steering.Export.Sockets;

/// <summary>What a graph became by <see cref="SocketGraft.Apply"/>: the part of a manifest that the graph alone decides.</summary>
/// <param name="Sites">The sites, by ascending block.</param>
/// <param name="BlockCount">Number of blocks of the model.</param>
/// <param name="HiddenSize">Width d of the residual stream.</param>
/// <param name="IsHalf">Whether the stream is half precision.</param>
public sealed record SocketedGraph(IReadOnlyList<SocketSite> Sites, int BlockCount, int HiddenSize, bool IsHalf);
