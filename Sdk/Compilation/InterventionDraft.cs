using Steering.Policies;
using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>One intervention while it is compiled.</summary>
/// <param name="policy">The policy that holds it.</param>
/// <param name="intervention">The intervention.</param>
/// <param name="where">Where it stands, for messages.</param>
internal sealed class InterventionDraft(SteeringPolicy policy, Intervention intervention, string where)
{
    private readonly List<(SiteDraft Site, RowDraft Row)> _rows = [];
    private (SiteDraft Site, RowDraft Row)? _latch;
    private float _latchThreshold;

    public string Where => where;

    private int FirstPosition => intervention.SkipPositionZero ?? policy.SkipPositionZero ? 1 : 0;

    /// <summary>The row that reads a target at its site, added where none does yet.</summary>
    public static RowDraft ReadingRow(ResolvedTarget target, string where) =>
        target.Site.Find(RowFactory.ReadingKey(target)) ?? target.Site.Add(RowFactory.Watch(target, where));

    /// <summary>Adds the rows that edit.</summary>
    public void AddRows(TargetResolver resolver, ConflictCheck conflicts, int index)
    {
        var targets = resolver.Resolve(policy, intervention.Target, where);
        for (var position = 0; position < targets.Count; position++)
        {
            var target = targets[position];
            conflicts.Add(target, intervention, where);
            foreach (var row in RowFactory.Edit(target, intervention, index, position, Label(target, targets.Count), where))
            {
                row[Dial.FirstPosition] = FirstPosition;
                _rows.Add((target.Site, target.Site.Add(row)));
            }
        }
    }

    /// <summary>Adds or finds the row that the gate looks at.</summary>
    public void AddGate(TargetResolver resolver, SteeringResources resources)
    {
        switch (intervention.Gate)
        {
            case ActivationGate gate:
                var target = ResolveGate(gate, resolver);
                var threshold = Threshold(gate, target);
                if (gate is TokenGate)
                {
                    AddTokenGate(target, threshold);
                }
                else
                {
                    (_latch, _latchThreshold) = ((target.Site, ReadingRow(target, where)), threshold);
                }

                break;
            case CallbackGate gate:
                resources.CheckCallback(gate.Name, where);
                break;
        }
    }

    public CompiledIntervention Build(Dictionary<SiteDraft, int> sites) => new()
    {
        Name = intervention.DisplayName,
        Span = intervention.EffectiveSpan,
        Rows = [.. _rows.Select(row => new RowAddress(sites[row.Site], row.Row.Index))],
        LatchRow = _latch is { } latch ? new RowAddress(sites[latch.Site], latch.Row.Index) : null,
        LatchThreshold = _latchThreshold,
        LatchFirstPosition = _latch is null ? 0 : FirstPosition,
        Callback = (intervention.Gate as CallbackGate)?.Name,
        AtStepEnds = intervention.Gate is StepGate,
    };

    private void AddTokenGate(ResolvedTarget target, float threshold)
    {
        var gate = ReadingRow(target, where);
        foreach (var (site, row) in _rows)
        {
            if (!ReferenceEquals(site, target.Site))
            {
                throw new SteeringException($"{where}: a token gate opens rows of its own site only, but it looks at {target.Label}, which belongs to {target.Site.Site.Name}, and the intervention edits {site.Site.Name}. Use a prompt gate, or gate on something at that site.");
            }

            // A row of dials may change its own threshold; one that is a part of a response opens where the part begins.
            if (row[Dial.Gate] > float.NegativeInfinity && (row.Response is not null || !ReferenceEquals(row, gate)))
            {
                throw new SteeringException($"{where}: {intervention.Operator.RefuseSecondGate(target.Label)}");
            }

            row.Gate = gate;
            row[Dial.Gate] = threshold;
        }
    }

    private ResolvedTarget ResolveGate(ActivationGate gate, TargetResolver resolver)
    {
        var targets = resolver.Resolve(policy, gate.Target, $"{where}, gate");
        return targets.Count == 1
            ? targets[0]
            : throw new SteeringException($"{where}: a gate looks at one direction, but {gate.Target} holds {targets.Count}; name one with 'site'.");
    }

    private float Threshold(ActivationGate gate, ResolvedTarget target) =>
        target is ResolvedLatent latent
            ? RowFactory.Convert(latent, gate.Threshold, gate.Unit ?? StrengthUnit.MaxActivation, $"{where}, gate")
            : gate.Threshold;

    private string Label(ResolvedTarget target, int count) => (intervention.Name, count) switch
    {
        (null, _) => target.Label,
        (var name, 1) => name,
        var (name, _) => $"{name} {target.Label}",
    };
}
