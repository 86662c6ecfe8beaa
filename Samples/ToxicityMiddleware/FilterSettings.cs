using Steering.Chat.Toxicity;

namespace ToxicityMiddleware;

/// <summary>Section <c>Filter</c> of appsettings.json.</summary>
internal sealed class FilterSettings
{
    public ToxicityFilterAction Action { get; set; } = ToxicityFilterAction.Rewind;

    public string Policy { get; set; } = "friendly";

    public int HoldBack { get; set; } = 8;

    public double FalsePositiveRate { get; set; } = 0.02;

    public string StopMessage { get; set; } = "Let us talk about something else.";
}
