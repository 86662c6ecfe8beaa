using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Steering.Telemetry;

/// <summary>
/// The names under which this library reports: one activity source and one meter. Standard generative-AI names where
/// the conventions have one; <c>steering.*</c> for what is ours. Texts are never reported.
/// </summary>
public static class SteeringTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Steering";

    internal static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> TimeToFirstToken = Meter.CreateHistogram<double>(
        "gen_ai.server.time_to_first_token", "s", "Time from the request to the first token.");

    internal static readonly Histogram<double> TimePerOutputToken = Meter.CreateHistogram<double>(
        "gen_ai.server.time_per_output_token", "s", "Mean time between tokens after the first.");

    internal static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "steering.tokens", "{token}", "Tokens generated, by policy.");

    internal static readonly Counter<long> ActiveRows = Meter.CreateCounter<long>(
        "steering.active_rows", "{row}", "Watched rows that were active when a token was generated, by policy and row.");

    internal static readonly Counter<long> FilterDecisions = Meter.CreateCounter<long>(
        "steering.filter.decisions", "{decision}", "Decisions of toxicity filters, by kind and watch.");

    internal static readonly Counter<long> FilterWithheld = Meter.CreateCounter<long>(
        "steering.filter.withheld_tokens", "{token}", "Tokens that toxicity filters dropped.");
}
