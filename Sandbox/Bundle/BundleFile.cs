namespace Steering.Sandbox.Bundle;

/// <summary>One file of a bundle.</summary>
/// <param name="Path">Relative path with forward slashes, as in <c>checkpoint/config.json</c>.</param>
/// <param name="Open">Opens the content from its beginning; the caller disposes of it.</param>
internal sealed record BundleFile(string Path, Func<Stream> Open);
