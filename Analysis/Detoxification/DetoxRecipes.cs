using System.Globalization;
using Steering.Analysis.Selection;
using Steering.Concepts;
using Steering.Policies;

namespace Steering.Analysis.Detoxification;

/// <summary>The policies by their strengths and thresholds.</summary>
internal sealed class DetoxRecipes(DetoxOptions options, ConceptStatistics statistics, string sae, string site, int[] features, DetoxGate gate, float[] diffMean, float[] sta)
{
    /// <summary>File of the difference of means.</summary>
    public const string DiffMeanFile = "diffmean.safetensors";

    /// <summary>File of the STA vector.</summary>
    public const string StaFile = "sta.safetensors";

    private FeatureTarget All => Feature.Of(sae, features);

    private string Count => features.Length == 1 ? "one feature" : string.Create(CultureInfo.InvariantCulture, $"{features.Length} features");

    private string Where => options.Gate == DetoxGateKind.Probe ? "that a probe on the difference of means finds toxic" : "where they are active above their thresholds";

    public SteeringPolicy Constant(float strength) =>
        Create("constant", Say($"Pushes {Count} down by {strength:G4} of their largest activation, at every token.")).Add(All, -strength);

    public SteeringPolicy Latched(float strength, float threshold) => Gated(
        Create("latched", Say($"Pushes {Count} down by {strength:G4} of their largest activation in the reply to a prompt {Where}{Rate($", at most {options.FalsePositives:P1} of clean prompts")}.")),
        strength,
        threshold,
        (target, raw) => new PromptGate { Target = target, Threshold = raw, Unit = StrengthUnit.Raw });

    public SteeringPolicy Token(float strength, float threshold) => Gated(
        Create("token", Say($"Pushes {Count} down by {strength:G4} of their largest activation at tokens {Where}{Rate($", about {options.FalsePositives:P1} of the tokens of clean texts")}.")),
        strength,
        threshold,
        (target, raw) => new TokenGate { Target = target, Threshold = raw, Unit = StrengthUnit.Raw });

    /// <summary>Attenuates those features whose posterior the graph can follow; where it can follow none, the refusal says why.</summary>
    public SteeringPolicy App(float strength)
    {
        int[] followed = [.. features.Where(feature => ConceptInterventions.CanAttenuate(statistics, DetoxStatistics.Toxic, feature, strength))];
        var left = followed.Length == 0 ? 0 : features.Length - followed.Length;
        var target = left == 0 ? All : Feature.Of(sae, followed);
        return Create("app", Say($"Attenuates {Count} by the posterior probability of toxicity, strength {strength:G4} (APP){(left == 0 ? "" : Say($", but for {left} whose posterior bends too sharply for the graph"))}."))
            .With(ConceptInterventions.Attenuate(statistics, DetoxStatistics.Toxic, target, strength: strength));
    }

    public SteeringPolicy Clamp(float strength) =>
        Create("clamp", Say($"Clamps {Count} to {(strength == 0 ? 0 : -strength):G4} of their largest activation where they are active.")).ClampWhereActive(All, strength == 0 ? 0 : -strength);

    public SteeringPolicy Sta(float strength) => Vector("sta", "the STA vector", strength, Direction.FromFile(StaFile, site));

    public SteeringPolicy DiffMean(float strength) => Vector("diffmean", "the difference of means", strength, Direction.FromFile(DiffMeanFile, site));

    public SteeringPolicy Learned(LearnedDials dials) =>
        dials.AddTo(Create("learned", Say($"Turns {dials.Dials.Count} features so that the clean texts become likelier, {dials.LossBefore:F4} to {dials.LossAfter:F4} nats a token; learned by gradient.")), sae);

    public SteeringPolicy Averse(LearnedDials dials) =>
        dials.AddTo(Create("averse", Say($"Turns {dials.Dials.Count} features so that the toxic words of toxic texts become less likely and clean texts stay; learned by gradient.")), sae);

    /// <summary>The policy with the vectors of its files written out, as it is compiled before there are files.</summary>
    public SteeringPolicy Inlined(SteeringPolicy policy)
    {
        return policy with
        {
            Interventions =
            [
                .. policy.Interventions.Select(intervention => intervention with
                {
                    Target = Target(intervention.Target),
                    Gate = intervention.Gate is ActivationGate gate ? gate with { Target = Target(gate.Target) } : intervention.Gate,
                }),
            ],
        };

        InterventionTarget Target(InterventionTarget target) => target is DirectionTarget { Vector: { } file } direction
            ? Direction.At(site, file == StaFile ? sta : diffMean) with { Normalize = direction.Normalize }
            : target;
    }

    private static SteeringPolicy Create(string name, string description) => SteeringPolicy.Create(name) with { Description = description };

    /// <summary>What calibration promises; of a threshold that was given, nothing.</summary>
    private string Rate(FormattableString text) => options.Threshold is null ? Say(text) : string.Empty;

    private static string Say(FormattableString text) => FormattableString.Invariant(text);

    private static SteeringPolicy Vector(string name, string what, float strength, DirectionTarget target) =>
        Create(name, Say($"Subtracts {what} times {strength:G4} at every token.")).Add(target, -strength, StrengthUnit.Raw);

    private SteeringPolicy Gated(SteeringPolicy policy, float strength, float threshold, Func<InterventionTarget, float, Gate> make)
    {
        if (options.Gate == DetoxGateKind.Probe)
        {
            return policy.Add(All, -strength, gate: make(Direction.FromFile(DiffMeanFile, site) with { Normalize = true }, threshold));
        }

        for (var place = 0; place < features.Length; place++)
        {
            var target = Feature.Of(sae, features[place]);
            policy = policy.Add(target, -strength, gate: make(target, gate.Raw(place, threshold)));
        }

        return policy;
    }
}
