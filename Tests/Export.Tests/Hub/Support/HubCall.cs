using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Steering.Tests.Export.Hub.Support;

/// <summary>One request to a local server, and the raw connection to answer it, rightly or wrongly.</summary>
internal sealed class HubCall(string target, IReadOnlyDictionary<string, string> headers, NetworkStream stream)
{
    /// <summary>Path and query as they came.</summary>
    public string Target => target;

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => headers.GetValueOrDefault(name);

    /// <summary>First byte that is asked for; 0 without a range.</summary>
    public int From => Header("Range") is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture) : 0;

    /// <summary>Sends status line and headers; the connection is closed after each answer.</summary>
    public Task HeadAsync(int status, params string[] lines) =>
        SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nConnection: close\r\n{string.Concat(lines.Select(line => line + "\r\n"))}\r\n"));

    /// <summary>Sends bytes of a body.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    /// <summary>Sends a whole, honest answer.</summary>
    public async Task AnswerAsync(int status, ReadOnlyMemory<byte> body, params string[] lines)
    {
        await HeadAsync(status, [.. lines, $"Content-Length: {body.Length}"]);
        await SendAsync(body);
    }

    /// <summary>Sends an answer with a text.</summary>
    public Task AnswerAsync(int status, string body, params string[] lines) => AnswerAsync(status, Encoding.UTF8.GetBytes(body), lines);

    /// <summary>Waits until the other side closes the connection.</summary>
    public async Task UntilClosedAsync()
    {
        var buffer = new byte[64];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }
}
