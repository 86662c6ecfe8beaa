using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Steering.Export.Hub;

/// <summary>What a status of a host means for its user.</summary>
/// <param name="repository">The repository that is asked for.</param>
/// <param name="addresses">Its addresses.</param>
/// <param name="connection">How the host is reached.</param>
internal sealed class HubRefusals(HubRepository repository, HubAddresses addresses, HubConnection connection)
{
    /// <summary>The failure of an answer that is none of success: one to try again, or one that says what to do.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="similar">What might have been meant, as a sentence that begins with a blank; or empty.</param>
    public Exception Of(HubResponse response, string similar) => response.Status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => Busy(response),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when !response.IsFromEndpoint =>
            new SteeringException($"{response.Host}, where {connection.Endpoint.Authority} keeps its files, refuses this one ({(int)response.Status}). Try again later."),
        HttpStatusCode.Unauthorized => Unauthorized(response, similar),
        HttpStatusCode.Forbidden => Forbidden(),
        HttpStatusCode.NotFound when response.ErrorCode == "RevisionNotFound" => Revision(similar),
        HttpStatusCode.NotFound => new SteeringException($"There is no repository {repository.Id} at {connection.Endpoint.Authority} (404).{similar} Check the name; a private one needs HF_TOKEN."),
        HttpStatusCode.Gone or HttpStatusCode.UnavailableForLegalReasons => new SteeringException($"{repository.Id} was taken away from {connection.Endpoint.Authority} ({(int)response.Status})."),
        _ => new SteeringException(
            $"{response.Host} answers {(int)response.Status} where {repository.Id} was asked for; a host that is compatible with Hugging Face was expected. Check --endpoint and HF_ENDPOINT."),
    };

    /// <summary>The refusal of a revision that does not exist.</summary>
    /// <param name="similar">What might have been meant, as for <see cref="Of"/>.</param>
    public SteeringException Revision(string similar) =>
        new($"{repository.Id} has no revision '{repository.Revision}' (404).{similar} Give a branch, a tag or a commit after '@'.");

    private HubTransientException Busy(HubResponse response)
    {
        var isLimit = response.Status == HttpStatusCode.TooManyRequests;
        var sentence = isLimit
            ? $"{response.Host} answers that there were too many requests (429){(connection.Token is null ? "; HF_TOKEN allows more of them" : string.Empty)}"
            : $"{response.Host} answers {(int)response.Status}";
        return new HubTransientException(sentence, RetryAfter(response.Message.Headers, isLimit));
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers, bool isLimit)
    {
        var asked = headers.RetryAfter is { } value ? value.Delta ?? (value.Date - connection.Time.GetUtcNow())
            : isLimit && headers.TryGetValues("RateLimit", out var limits) ? WindowEnd(limits.First())
            : null;
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    // As in '"api";r=0;t=55': no requests left, and 55 seconds until there are some again.
    private static TimeSpan? WindowEnd(string limit) =>
        limit.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(part => part.StartsWith("t=", StringComparison.Ordinal)) is { } part
        && int.TryParse(part.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private SteeringException Unauthorized(HubResponse response, string similar) => connection.Token is null
        ? new SteeringException(response.ErrorCode == "GatedRepo"
            ? $"{repository.Id} is gated (401): accept its terms at {addresses.Page}, then set HF_TOKEN to an access token of yours."
            : $"{connection.Endpoint.Authority} does not show {repository.Id} (401): it does not exist, or it is private or gated.{similar} Check the name; for a private or gated one set HF_TOKEN to an access token of yours.")
        : new SteeringException($"{connection.Endpoint.Authority} does not accept HF_TOKEN for {repository.Id} (401): the token is wrong or has expired, or the repository does not exist.{similar} Make a new token, or unset HF_TOKEN for a public repository.");

    private SteeringException Forbidden() => connection.Token is null
        ? new SteeringException($"{repository.Id} is not open to everyone (403): set HF_TOKEN to an access token of someone who may read it ({addresses.Page}).")
        : new SteeringException($"The owner of HF_TOKEN may not read {repository.Id} (403): accept its terms at {addresses.Page}, or give the token the right to read it.");
}
