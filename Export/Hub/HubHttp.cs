using System.Net;
using System.Net.Http.Headers;

namespace Steering.Export.Hub;

/// <summary>Sends requests: follows redirects itself, so that the token never leaves the host it is for.</summary>
internal sealed class HubHttp : IDisposable
{
    private const int MaximumRedirects = 10;

    private static readonly string[] Facts = ["X-Repo-Commit", "X-Linked-Etag", "X-Linked-Size", "X-Error-Code"];

    private readonly HubConnection _connection;
    private readonly HttpClient _client;
    private bool _answered;

    public HubHttp(HubConnection connection)
    {
        connection.Check();
        _connection = connection;
        _client = new HttpClient(connection.Handler ?? OwnHandler(), disposeHandler: connection.Handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends a request and follows where it leads.</summary>
    /// <param name="address">Of the endpoint.</param>
    /// <param name="prepare">Adds headers to each request; may be null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The last answer, whatever its status; the caller disposes of it.</returns>
    /// <exception cref="HubTransientException">The connection was dropped or fell silent.</exception>
    /// <exception cref="SteeringException">The host cannot be reached at all, or redirects where nobody should go.</exception>
    public async Task<HubResponse> SendAsync(Uri address, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        var guard = new SilenceGuard(_connection.Time, _connection.Silence, cancellationToken);
        try
        {
            return await FollowAsync(address, prepare, guard).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            guard.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw Unreachable(address, failure);
        }
        catch (OperationCanceledException failure) when (guard.WasSilent)
        {
            guard.Dispose();
            throw new HubTransientException($"{address.Authority} fell silent", innerException: failure);
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler OwnHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private async Task<HubResponse> FollowAsync(Uri address, Action<HttpRequestHeaders>? prepare, SilenceGuard guard)
    {
        var facts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var isEndpoint = true;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("steer", typeof(HubHttp).Assembly.GetName().Version?.ToString(3)));
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (isEndpoint && _connection.Token is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            prepare?.Invoke(request.Headers);
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, guard.Token).ConfigureAwait(false);
            _answered = true;
            guard.Heard();
            if (isEndpoint)
            {
                Note(answer, facts);
            }

            if (!IsRedirect(answer.StatusCode))
            {
                return new HubResponse(answer, guard, facts, isEndpoint);
            }

            using (answer)
            {
                address = Next(address, answer.Headers.Location, redirects);
            }

            // Once another host had a say in where to go, nothing is sent with the token any more.
            isEndpoint = isEndpoint && HubConnection.IsSameOrigin(address, _connection.Endpoint);
        }
    }

    private static void Note(HttpResponseMessage answer, Dictionary<string, string> facts)
    {
        foreach (var name in Facts)
        {
            if (answer.Headers.TryGetValues(name, out var values))
            {
                facts[name] = values.First();
            }
        }
    }

    private static Uri Next(Uri from, Uri? location, int redirects)
    {
        if (redirects >= MaximumRedirects)
        {
            throw new SteeringException($"{from.Authority} redirects more than {MaximumRedirects} times, perhaps in a circle; check the endpoint.");
        }

        if (location is null || !Uri.TryCreate(from, location, out var next))
        {
            throw new SteeringException($"{from.Authority} redirects without saying where to; check the endpoint.");
        }

        var isAllowed = next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp);
        return isAllowed
            ? next
            : throw new SteeringException($"{from.Authority} redirects to '{next.Scheme}://{next.Authority}', which is not encrypted; it was not followed. Check the endpoint.");
    }

    private Exception Unreachable(Uri address, HttpRequestException failure)
    {
        var isLasting = failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
        return isLasting && !_answered
            ? new SteeringException($"{address.Authority} cannot be reached: {failure.Message}. Check the network, or name another host with --endpoint or HF_ENDPOINT.", failure)
            : new HubTransientException($"the connection to {address.Authority} was dropped", innerException: failure);
    }
}
