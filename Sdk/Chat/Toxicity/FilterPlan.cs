using System.Globalization;
using System.Runtime.CompilerServices;
using Steering.Policies;

namespace Steering.Chat.Toxicity;

/// <summary>What all requests of one filter share, none of which changes: levels and compiled policies.</summary>
internal sealed class FilterPlan
{
    private static readonly SteeringPolicy Unsteered = SteeringPolicy.Create("none");

    private readonly ConditionalWeakTable<SteeringPolicy, Compiled> _programs = [];

    /// <exception cref="SteeringException">A watch or the policy does not fit the engine's model.</exception>
    public FilterPlan(SteeringEngine engine, ToxicityFilterOptions options)
    {
        Engine = engine;
        Options = options;
        Levels = ResolveLevels(engine, [.. options.Watches]);
    }

    public SteeringEngine Engine { get; }

    public ToxicityFilterOptions Options { get; }

    public IReadOnlyList<WatchLevel> Levels { get; }

    /// <summary>One level for each feature and direction of the watches, in the order in which they are compiled.</summary>
    public static IReadOnlyList<WatchLevel> ResolveLevels(SteeringEngine engine, IReadOnlyList<ToxicityWatch> watches)
    {
        var levels = new List<WatchLevel>();
        for (var index = 0; index < watches.Count; index++)
        {
            var (watch, where) = (watches[index], string.Create(CultureInfo.InvariantCulture, $"Watches[{index}]"));
            var compiled = engine.Compile([], [watch.Target], exclusive: false).Watches;
            for (var entry = 0; entry < compiled.Count; entry++)
            {
                var name = watch.Name is null ? compiled[entry].Label : compiled.Count == 1 ? watch.Name : $"{watch.Name} {compiled[entry].Label}";
                levels.Add(new WatchLevel(index, name, watch.On, watch.Off ?? watch.On, watch.Bias, UnitOf(engine, watch, entry, where)));
            }
        }

        return levels;
    }

    /// <summary>A request's policy together with the filter's and the watches; compiled once for each policy.</summary>
    public FilterProgram Program(SteeringPolicy? request)
    {
        var alarm = Options.Policy is { } name ? Engine.Policy(name) : null;
        var key = request ?? Unsteered;

        // A reload may have put another policy under the name.
        if (_programs.TryGetValue(key, out var known) && ReferenceEquals(known.Alarm, alarm))
        {
            return known.Program;
        }

        var compiled = new Compiled(Compile(key, alarm), alarm);
        _programs.AddOrUpdate(key, compiled);
        return compiled.Program;
    }

    private FilterProgram Compile(SteeringPolicy request, SteeringPolicy? alarm)
    {
        SteeringPolicy[] policies = alarm is null ? [request] : [request, alarm];
        var compiled = Engine.Compile(policies, [.. Options.Watches.Select(watch => watch.Target)], exclusive: true);
        return FilterProgram.Create(compiled, request.Interventions.Count, switched: alarm is not null);
    }

    private static float UnitOf(SteeringEngine engine, ToxicityWatch watch, int entry, string where)
    {
        if (watch.Target is not FeatureTarget features || watch.Unit == StrengthUnit.Raw)
        {
            return 1;
        }

        var sae = engine.Resources.FindSae(null, features.Sae, where).Latents;
        return sae.RequireMaxActivation(features.Features[entry]);
    }

    private sealed record Compiled(FilterProgram Program, SteeringPolicy? Alarm);
}
