using Steering.Compilation;
using Steering.Decoding;

namespace Steering.Chat.Toxicity;

/// <summary>The request's policy, the filter's, and what the filter reads, compiled together.</summary>
/// <param name="Policy">What is plugged in.</param>
/// <param name="Rows">The row of each watch.</param>
/// <param name="OnAlarm">For each callback that the compiled policy names: whether it belongs to the filter's policy, and the application's callback behind it, or null.</param>
internal sealed record FilterProgram(CompiledPolicy Policy, IReadOnlyList<RowAddress> Rows, IReadOnlyDictionary<string, (bool OnAlarm, string? Inner)> OnAlarm)
{
    /// <summary>A compiled policy whose interventions before an index act while all is quiet, and the others while the alarm is on.</summary>
    public static FilterProgram Create(CompiledPolicy compiled, int quietInterventions, bool switched)
    {
        var rows = compiled.Watches.Select(watch => watch.Row).ToArray();
        var callbacks = new Dictionary<string, (bool, string?)>(StringComparer.Ordinal);
        if (!switched)
        {
            return new FilterProgram(compiled, rows, callbacks);
        }

        var interventions = new CompiledIntervention[compiled.Interventions.Count];
        for (var index = 0; index < interventions.Length; index++)
        {
            var intervention = compiled.Interventions[index];
            var name = $"steering.filter:{(index < quietInterventions ? "quiet" : "alarm")}:{intervention.Callback}";
            callbacks[name] = (index >= quietInterventions, intervention.Callback);
            interventions[index] = intervention with { Callback = name };
        }

        return new FilterProgram(new CompiledPolicy { Sites = compiled.Sites, Interventions = interventions, Watches = compiled.Watches }, rows, callbacks);
    }

    /// <summary>The callbacks of one request.</summary>
    public IReadOnlyDictionary<string, GateCallback> Callbacks(IReadOnlyDictionary<string, GateCallback> application, Func<bool> alarm)
    {
        if (OnAlarm.Count == 0)
        {
            return application;
        }

        var callbacks = new Dictionary<string, GateCallback>(application, StringComparer.Ordinal);
        foreach (var (name, (onAlarm, inner)) in OnAlarm)
        {
            GateCallback? behind = null;
            if (inner is not null && !application.TryGetValue(inner, out behind))
            {
                throw new SteeringException($"A policy waits for the gate callback '{inner}', and the application gave {(application.Count == 0 ? "none" : string.Join(", ", application.Keys.Order(StringComparer.Ordinal)))}. Register it, or choose another gate.");
            }

            callbacks[name] = (in context) => alarm() == onAlarm && (behind is null || behind(context));
        }

        return callbacks;
    }
}
