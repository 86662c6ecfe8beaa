namespace Steering.Export.Sockets;

/// <summary>Where in a graph the residual stream after one block is written.</summary>
/// <param name="Block">Block index, 0-based.</param>
/// <param name="Node">Index of the node that adds the block's last output to the stream: an <c>Add</c>, or a fused skip and norm.</param>
/// <param name="StreamInput">Which input of that node carries the stream; the other carries the block's output.</param>
/// <param name="StreamOutput">Which output of that node is the sum, present or not.</param>
public sealed record GraphSite(int Block, int Node, int StreamInput, int StreamOutput);
