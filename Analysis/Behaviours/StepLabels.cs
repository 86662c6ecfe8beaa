namespace Steering.Analysis.Behaviours;

/// <summary>What behaviours there are, and which each step of some traces has; one without any is <see cref="Other"/>.</summary>
public sealed class StepLabels
{
    /// <summary>The label of a step that has none, as in RISE.</summary>
    public const string Other = "other";

    private readonly List<string> _names = [];
    private readonly Dictionary<(int Trace, int Step), int[]> _labels = [];

    private StepLabels()
    {
    }

    /// <summary>Behaviours in the order of first appearance, <see cref="Other"/> last.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Labels the steps that end within their windows.</summary>
    /// <param name="traces">The traces.</param>
    /// <param name="label">The labels of a step: trace, step, text.</param>
    /// <exception cref="SteeringException">Fewer than two labels, <see cref="Other"/> counted, or a label of fewer than two steps.</exception>
    public static StepLabels Of(IReadOnlyList<CutTrace> traces, Func<CutTrace, int, IReadOnlyList<string>> label)
    {
        ArgumentNullException.ThrowIfNull(traces);
        ArgumentNullException.ThrowIfNull(label);
        var given = traces.Select(trace => Enumerable.Range(0, trace.Ends.Count).Select(step => label(trace, step)).ToArray()).ToArray();
        var result = new StepLabels();
        result._names.AddRange(given.SelectMany(steps => steps).SelectMany(labels => labels).Where(name => name != Other).Distinct(StringComparer.Ordinal));
        result._names.Add(Other);
        for (var trace = 0; trace < given.Length; trace++)
        {
            for (var step = 0; step < given[trace].Length; step++)
            {
                var labels = given[trace][step].Count == 0 ? [Other] : given[trace][step];
                result._labels.Add((trace, step), [.. labels.Distinct(StringComparer.Ordinal).Select(name => result._names.IndexOf(name))]);
            }
        }

        if (result._labels.Values.All(labels => !labels.Contains(result._names.Count - 1)))
        {
            result._names.RemoveAt(result._names.Count - 1);
        }

        if (result._names.Count < 2)
        {
            throw new SteeringException($"{result._labels.Count} steps were cut and all have {(result._names.Count == 0 ? "no label" : $"the label '{result._names[0]}'")}; at least two labels are needed to tell behaviours apart. Steps end at blank lines.");
        }

        for (var name = 0; name < result._names.Count; name++)
        {
            if (result._labels.Values.Count(labels => labels.Contains(name)) < 2)
            {
                throw new SteeringException($"The label '{result._names[name]}' has fewer than two steps within the windows; give more traces, longer windows, or leave it out.");
            }
        }

        return result;
    }

    /// <summary>Labels that the file gives.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="step">The step.</param>
    /// <exception cref="SteeringException">It gives none.</exception>
    public static IReadOnlyList<string> FromFile(CutTrace trace, int step)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return trace.Trace.Labels is { } labels
            ? labels[step].Split(ReasoningTraces.Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : throw new SteeringException($"{trace.Trace.Place} has no labels. Name their field, or give lists of words.");
    }

    /// <summary>Labels of a step, by number in <see cref="Names"/>.</summary>
    /// <param name="trace">Trace.</param>
    /// <param name="step">Step.</param>
    public IReadOnlyList<int> Of(int trace, int step) => _labels[(trace, step)];
}
