using System.Globalization;
using Microsoft.Extensions.AI;
using Steering.Decoding;

namespace Steering.Chat;

/// <summary>
/// Turns messages and <see cref="ChatOptions"/> into a decode request. An option that the decoder would not honour is
/// refused by name: a request must never run as something else than it says. Of <see cref="ChatOptions.AdditionalProperties"/>
/// that holds for the keys that begin with <c>steering.</c>; the others belong to the middleware that put them there.
/// </summary>
internal static class ChatRequestMapper
{
    private const string OwnPrefix = "steering.";

    private static readonly string[] OwnKeys = [SteeringChatOptionsExtensions.PolicyKey, Toxicity.FilterRequest.Key];

    public static List<(string Role, string Content)> Messages(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var mapped = new List<(string Role, string Content)>();
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            mapped.Add((ChatRole.System.Value, options.Instructions));
        }

        foreach (var message in messages)
        {
            var unsupported = message.Contents.FirstOrDefault(content => content is not (TextContent or UsageContent));
            if (unsupported is not null)
            {
                throw new SteeringException($"A {message.Role.Value} message holds {unsupported.GetType().Name}; this client reads text only. Convert it to text before.");
            }

            mapped.Add((message.Role.Value, message.Text));
        }

        if (mapped.Count == 0)
        {
            throw new SteeringException("The request holds no message. Give at least one.");
        }

        return mapped;
    }

    public static SamplingOptions Sampling(ChatOptions? options, SamplingOptions defaults)
    {
        if (options is null)
        {
            return defaults;
        }

        // Who names a share of the tokens wants them drawn; a temperature of 0 that is asked for stays greedy, where neither matters.
        var temperature = options.Temperature ?? (defaults.Temperature == 0 && (options.TopK is > 1 || options.TopP is < 1) ? 1 : defaults.Temperature);
        return defaults with
        {
            Temperature = temperature,
            TopK = temperature == 0 ? null : options.TopK ?? defaults.TopK,
            TopP = temperature == 0 ? null : options.TopP ?? defaults.TopP,
            Seed = options.Seed is { } seed ? checked((int)(seed & int.MaxValue)) : defaults.Seed,
            RepetitionPenalty = RepetitionPenalty(options) ?? defaults.RepetitionPenalty,
        };
    }

    /// <exception cref="SteeringException">The options ask for something that this client cannot do.</exception>
    public static void RefuseUnsupported(ChatOptions? options, string modelName)
    {
        if (options is null)
        {
            return;
        }

        Refuse(options.Tools is { Count: > 0 }, nameof(options.Tools), "the model's replies are not parsed for tool calls; put a client that does in front");
        Refuse(options.ToolMode is RequiredChatToolMode, nameof(options.ToolMode), "there are no tools to require");
        Refuse(options.AllowMultipleToolCalls is true, nameof(options.AllowMultipleToolCalls), "there are no tools to call; leave it unset, and put a client that calls tools in front");
        Refuse(options.RawRepresentationFactory is not null, nameof(options.RawRepresentationFactory), "no other request lies beneath; set the option itself, or decode a DecodeRequest with ISteeredDecoder");
        Refuse(options.ResponseFormat is not (null or ChatResponseFormatText), nameof(options.ResponseFormat), "only text is produced");
        Refuse(options.FrequencyPenalty is not null and not 0, nameof(options.FrequencyPenalty), $"the decoder has none; use AdditionalProperties[\"{SteeringChatOptionsExtensions.RepetitionPenaltyKey}\"]");
        Refuse(options.PresencePenalty is not null and not 0, nameof(options.PresencePenalty), $"the decoder has none; use AdditionalProperties[\"{SteeringChatOptionsExtensions.RepetitionPenaltyKey}\"]");
        Refuse(options.ConversationId is not null, nameof(options.ConversationId), "no conversation is kept between requests; send the whole history");
        Refuse(options.Reasoning is not null, nameof(options.Reasoning), "the model has no reasoning switch; steer it instead");
        Refuse(options.AllowBackgroundResponses is true, nameof(options.AllowBackgroundResponses), "replies are only produced while they are read");
        Refuse(options.ContinuationToken is not null, nameof(options.ContinuationToken), "replies are only produced while they are read");
        Refuse(options.ModelId is not null && !string.Equals(options.ModelId, modelName, StringComparison.Ordinal), nameof(options.ModelId), $"this client serves '{modelName}'");
        foreach (var key in options.AdditionalProperties?.Keys ?? [])
        {
            Refuse(
                key.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase) && !OwnKeys.Contains(key, StringComparer.OrdinalIgnoreCase),
                $"AdditionalProperties[\"{key}\"]",
                $"it would be ignored; of the keys that begin with '{OwnPrefix}', {SteeringChatOptionsExtensions.PolicyKey} is for applications");
        }
    }

    private static float? RepetitionPenalty(ChatOptions options)
    {
        if (options.AdditionalProperties?.TryGetValue(SteeringChatOptionsExtensions.RepetitionPenaltyKey, out var value) is not true)
        {
            return null;
        }

        try
        {
            return Convert.ToSingle(value, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException or OverflowException)
        {
            throw new SteeringException($"AdditionalProperties[\"{SteeringChatOptionsExtensions.RepetitionPenaltyKey}\"] is {value}; it must be a number above 0.", exception);
        }
    }

    private static void Refuse(bool condition, string option, string reason)
    {
        if (condition)
        {
            throw new SteeringException($"ChatOptions.{option} cannot be honoured: {reason}.");
        }
    }
}
