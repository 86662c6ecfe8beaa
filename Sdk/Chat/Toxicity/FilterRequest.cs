using Microsoft.Extensions.AI;

namespace Steering.Chat.Toxicity;

/// <summary>Carries a reply's filter through the pipeline to the client that decodes.</summary>
internal static class FilterRequest
{
    public const string Key = "steering.filter.session";

    /// <summary>The caller's options with the filter's session.</summary>
    public static ChatOptions With(ChatOptions? options, FilterSession session)
    {
        var own = options?.Clone() ?? new ChatOptions();
        if (own.AdditionalProperties?.ContainsKey(Key) is true)
        {
            throw new SteeringException("Two toxicity filters stand in front of the same client, and one reply can have one. Give a single filter the watches of both.");
        }

        own.AdditionalProperties = own.AdditionalProperties is null ? [] : new(own.AdditionalProperties);
        own.AdditionalProperties[Key] = session;
        return own;
    }

    /// <summary>The filter's session, or null.</summary>
    /// <exception cref="SteeringException">The key holds something else.</exception>
    public static FilterSession? SessionOf(ChatOptions? options)
    {
        object? value = null;
        return options?.AdditionalProperties?.TryGetValue(Key, out value) is not true ? null
            : value as FilterSession ?? throw new SteeringException($"AdditionalProperties[\"{Key}\"] is not for applications. Use ChatClientBuilder.UseToxicityFilter.");
    }
}
