using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Steering.Chat.Toxicity;

/// <summary>Puts a toxicity filter in a chat pipeline, and reads its report.</summary>
public static class ToxicityFilterExtensions
{
    /// <summary>Key of <see cref="ChatResponse.AdditionalProperties"/>, and of the last update's, that holds the <see cref="ToxicityReport"/>.</summary>
    public const string ReportKey = "steering.filter";

    /// <summary>
    /// Adds a <see cref="ToxicityFilterChatClient"/>. Around a <see cref="SteeredChatClient"/> it acts inside the decoding;
    /// around any other client it is a guard that scores texts on the engine's model.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options; at least one watch.</param>
    /// <param name="engine">The engine whose model a guard scores with; null takes the inner client's, else the container's.</param>
    /// <returns>The same pipeline.</returns>
    public static ChatClientBuilder UseToxicityFilter(this ChatClientBuilder builder, Action<ToxicityFilterOptions> configure, SteeringEngine? engine = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.UseToxicityFilter((_, options) => configure(options), engine);
    }

    /// <inheritdoc cref="UseToxicityFilter(ChatClientBuilder, Action{ToxicityFilterOptions}, SteeringEngine?)"/>
    public static ChatClientBuilder UseToxicityFilter(this ChatClientBuilder builder, Action<IServiceProvider, ToxicityFilterOptions> configure, SteeringEngine? engine = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Use((inner, services) =>
        {
            var options = new ToxicityFilterOptions();
            configure(services, options);
            var found = engine ?? inner.GetService<SteeringEngine>() ?? services.GetService<SteeringEngine>();
            return new ToxicityFilterChatClient(inner, options, found, services.GetService<ILogger<ToxicityFilterChatClient>>());
        });
    }

    /// <summary>What the filter saw and did, or null where none was asked.</summary>
    /// <param name="response">The response.</param>
    public static ToxicityReport? GetToxicityReport(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.AdditionalProperties?.TryGetValue(ReportKey, out var report) is true ? report as ToxicityReport : null;
    }

    /// <summary>What the filter saw and did, on the last update of a reply; null on the others.</summary>
    /// <param name="update">The update.</param>
    public static ToxicityReport? GetToxicityReport(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return update.AdditionalProperties?.TryGetValue(ReportKey, out var report) is true ? report as ToxicityReport : null;
    }
}
