namespace Steering.Sockets;

/// <summary>One place in the graph where rows can be plugged in.</summary>
/// <param name="Name">Site name, as in <c>resid_post.15</c>.</param>
/// <param name="Block">Block whose output the site is, 0-based.</param>
/// <param name="HiddenSize">Width d of the residual stream there.</param>
public sealed record SocketSite(string Name, int Block, int HiddenSize);
