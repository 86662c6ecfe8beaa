using Steering.IO;

namespace Steering.Export.Hub;

/// <summary>How a Hugging Face-compatible host is reached. No text of this class holds the token.</summary>
public sealed class HubConnection
{
    /// <summary>The host that is asked unless another is named.</summary>
    public static Uri DefaultEndpoint { get; } = new("https://huggingface.co");

    /// <summary>Address of the host: http or https, without user, query or fragment; it may have a path.</summary>
    public Uri Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>
    /// Access token, or null. It is sent to <see cref="Endpoint"/>'s scheme, host and port alone: never after a redirect to
    /// another, and never unencrypted except to this machine.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>
    /// What sends the requests, or null for the system's own. It must not follow redirects, or it decides where the token goes.
    /// The caller disposes of it.
    /// </summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Clock and timers of waits and of silent connections.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long a connection may be silent before it counts as dropped.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Free bytes on the disk of a folder that exists; the system's answer unless given.</summary>
    public Func<string, long> FreeBytes { get; init; } = SystemFreeBytes;

    /// <summary>Reads an address as a user writes it.</summary>
    /// <param name="text">The address.</param>
    /// <exception cref="SteeringException">It is no such address.</exception>
    public static Uri ParseEndpoint(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isAddress = Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
        return isAddress && address!.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw new SteeringException(
                isAddress
                    ? "The endpoint holds a user, a query or a fragment; an address such as https://huggingface.co was expected. An access token goes into HF_TOKEN."
                    : $"The endpoint '{text}' is no address; one such as https://huggingface.co was expected.");
    }

    /// <summary>Whether two addresses have the same scheme, host and port.</summary>
    internal static bool IsSameOrigin(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Refuses settings that cannot be honoured.</summary>
    /// <exception cref="SteeringException">The token is malformed, or would travel unencrypted.</exception>
    internal void Check()
    {
        _ = ParseEndpoint(Endpoint.OriginalString);
        if (Token is null)
        {
            return;
        }

        if (Token.Length == 0 || Token.Any(letter => letter is <= ' ' or > '~'))
        {
            throw new SteeringException("The access token (HF_TOKEN) is empty or holds blanks or other characters that no token has; copy it again from the host's settings.");
        }

        if (Endpoint.Scheme != Uri.UriSchemeHttps && !Endpoint.IsLoopback)
        {
            throw new SteeringException($"The access token (HF_TOKEN) would travel unencrypted to {Endpoint.Authority}; give an https address, or unset HF_TOKEN.");
        }
    }

    // A network share may not say; the write itself will.
    private static long SystemFreeBytes(string folder) => DiskSpace.Free(folder) ?? long.MaxValue;
}
