using Steering.Analysis.Statistics;

namespace Steering.Analysis.Selection;

/// <summary>
/// What a feature causes, both ways, in expected evidence for the concept of a next token (nats, mean over the tokens of a text and
/// then over texts).
/// </summary>
/// <param name="Induces">Rise in texts without the concept when the feature is added at full strength.</param>
/// <param name="InducesInterval">95 % interval of it over texts.</param>
/// <param name="Repairs">Fall in texts with the concept when the feature is taken out.</param>
/// <param name="RepairsInterval">95 % interval of it over texts.</param>
/// <param name="LossAdded">How much less probable the texts without the concept become when the feature is added, in nats a token.</param>
public sealed record CausalEffect(double Induces, Interval InducesInterval, double Repairs, Interval RepairsInterval, double LossAdded)
{
    /// <summary>Whether both ways hold beyond chance: both intervals lie above 0.</summary>
    public bool HoldsBothWays => InducesInterval.Low > 0 && RepairsInterval.Low > 0;
}
