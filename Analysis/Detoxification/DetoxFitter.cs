using System.Numerics.Tensors;
using Steering.Analysis.Harvest;
using Steering.Analysis.Selection;
using Steering.Chat.Toxicity;
using Steering.Compilation;
using Steering.Concepts;
using Steering.Models;
using Steering.Policies;
using Steering.Saes;
using Steering.Tokenizers;
using Steering.Vectors;

namespace Steering.Analysis.Detoxification;

/// <summary>
/// From toxic and clean texts to policies: the three tiers of "Breaking Bad Tokens" (constant, latched on the prompt, per
/// token), attenuation by posterior probability (APP), a clamp, the STA vector, and the plain difference of means as peer.
/// </summary>
/// <param name="head">The model up to the SAE's site; stays open.</param>
/// <param name="pass">The whole model with sockets; stays open.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="sae">The SAE, with statistics.</param>
/// <param name="saeId">Id by which the policies name it.</param>
/// <param name="options">How to fit, or null.</param>
/// <param name="learner">Learns dials by <see cref="DetoxOptions.Lessons"/>, a policy or two more; null leaves them out. Of the same model, site and SAE.</param>
public sealed class DetoxFitter(SiteHead head, ForwardPass pass, ITextTokenizer tokenizer, SparseAutoencoder sae, string saeId, DetoxOptions? options = null, IDialLearner? learner = null)
{
    private const float LargestStrength = 16;

    private readonly DetoxOptions _options = options ?? new DetoxOptions();

    /// <summary>Fits.</summary>
    /// <param name="toxic">Toxic texts.</param>
    /// <param name="clean">Clean texts, better of the same kind as the toxic ones.</param>
    /// <param name="allowOtherModel">Whether an SAE of another model is accepted.</param>
    /// <param name="progress">Told what is done, or null.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    /// <exception cref="SteeringException">Too few texts, an SAE that does not fit, no toxic feature, or a threshold that opens on what is clean.</exception>
    public DetoxFit Fit(IReadOnlyList<ToxicityExample> toxic, IReadOnlyList<ToxicityExample> clean, bool allowOtherModel = false, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(toxic);
        ArgumentNullException.ThrowIfNull(clean);
        var manifest = pass.Manifest ?? throw new SteeringException("The model has no sockets, so it cannot be steered. Make a socketed folder with 'steer socket'.");
        var site = SaeModelMatch.Check(sae, manifest, head.Site, allowOtherModel);
        var split = DetoxSplit.Of(toxic, clean, _options.FalsePositives, _options.Threshold is null, _options.Seed);
        var reader = new DetoxReader(head, sae);
        progress?.Report("reading texts");
        var (toxicFitted, cleanFitted) = (Encode(split.ToxicFit), Encode(split.CleanFit));
        var statistics = DetoxStatistics.Measure(
            reader, tokenizer, sae.LatentCount, sae.HiddenSize, toxicFitted, cleanFitted,
            new ConceptOrigin { SaeSha256 = sae.Fingerprint, Site = site, ModelName = manifest.ModelName, ModelSha256 = ModelIdentity.Fingerprint(manifest) }, cancellationToken);
        var chosen = DetoxFeatures.Choose(statistics.Largest, _options.Ranking, _options.Features, _options.LargestClean);
        int[] features = [.. chosen.Select(feature => feature.Latent)];
        var unit = statistics.Difference.Direction.ToArray();
        TensorPrimitives.Divide(unit, (float)statistics.Difference.Norm, unit);
        var gate = new DetoxGate(
            sae.LatentCount, features, [.. features.Select(feature => (float)statistics.Largest.ActiveMean(feature, DetoxStatistics.Toxic))], _options.Gate == DetoxGateKind.Probe ? unit : null);
        progress?.Report("calibrating thresholds");
        var calibration = Encode(split.CleanCalibration);
        var scores = new DetoxScores(
            gate.Read(reader, calibration, sae.HiddenSize, cancellationToken),
            gate.Read(reader, Encode(split.ToxicHeldOut), sae.HiddenSize, cancellationToken),
            gate.Read(reader, Encode(split.CleanHeldOut), sae.HiddenSize, cancellationToken));
        var (sta, staLatents) = StaVector.Of(statistics.Mean, sae, statistics.Difference.Norm);

        // All lessons before the first is learned: what is refused is refused at once.
        var avoiding = learner is null || _options.Lessons == DetoxLessonKind.Prefer ? null : DetoxLessons.Avoid(toxicFitted, cleanFitted);
        var preferring = learner is null || _options.Lessons == DetoxLessonKind.Avoid ? null : DetoxLessons.Prefer(cleanFitted);
        var preferred = Learn("learning what to say", preferring, progress, cancellationToken);
        var avoided = Learn("learning what to avoid", avoiding, progress, cancellationToken);

        progress?.Report("measuring strengths");
        var recipes = new DetoxRecipes(_options, statistics.Largest, saeId, site, features, gate, statistics.Difference.Direction.ToArray(), sta);
        var cost = new CleanCost(pass, [.. calibration.Take(_options.CostTexts)], cancellationToken);
        var compiler = new PolicyCompiler(manifest, new SteeringResources { AllowOtherModel = allowOtherModel }.AddSae(saeId, sae, site));
        return new DetoxFit
        {
            Model = manifest.ModelName,
            Sae = saeId,
            SaeSha256 = sae.Fingerprint,
            Site = site,
            Options = _options,
            ToxicFitted = split.ToxicFit.Count,
            CleanFitted = split.CleanFit.Count,
            CleanCalibrated = split.CleanCalibration.Count,
            CleanPerplexity = Math.Exp(cost.Unsteered),
            DifferenceNorm = statistics.Difference.Norm,
            StaCosine = TensorPrimitives.CosineSimilarity(sta, unit),
            StaLatents = staLatents,
            Features = [.. chosen.Select(feature => Described(statistics.Largest, feature))],
            Policies = Policies(recipes, scores, cost, compiler, preferred, avoided, cancellationToken),
            Vectors = new Dictionary<string, SteeringVectorSet>(StringComparer.Ordinal)
            {
                [DetoxRecipes.DiffMeanFile] = Vector(DetoxRecipes.DiffMeanFile, site, statistics.Difference.Direction, "diffmean", manifest),
                [DetoxRecipes.StaFile] = Vector(DetoxRecipes.StaFile, site, sta, "sta", manifest),
            },
        };
    }

    private List<DetoxPolicy> Policies(DetoxRecipes recipes, DetoxScores scores, CleanCost cost, PolicyCompiler compiler, LearnedDials? preferred, LearnedDials? avoided, CancellationToken cancellationToken)
    {
        var constant = Strength(recipes.Constant);
        var (latched, token) = (_options.Threshold ?? scores.Latched(_options.FalsePositives), _options.Threshold ?? scores.Token(_options.FalsePositives));
        var (latchedRates, tokenRates) = (scores.Rates(score => [score.Prompt > latched]), scores.Rates(score => score.Tokens.Select(value => value > token)));
        DetoxRates.RefuseAlarms("latched", latched, latchedRates.CleanTexts, "texts");
        DetoxRates.RefuseAlarms("token", token, tokenRates.CleanTokens, "tokens");
        var (always, active) = (scores.Rates(score => score.Tokens.Select(_ => true)), scores.Rates(score => score.Active));
        List<DetoxPolicy> made =
        [
            Made(recipes.Constant(constant), constant, null, always),
            Made(recipes.Latched(constant, latched), constant, latched, latchedRates),
            Made(recipes.Token(constant, token), constant, token, tokenRates),
            Made(recipes.App(_options.AppStrength), _options.AppStrength, null, active),
            Made(recipes.Clamp(_options.Clamp), _options.Clamp, null, active),
        ];
        foreach (var recipe in (Func<float, SteeringPolicy>[])[recipes.Sta, recipes.DiffMean])
        {
            var strength = Strength(recipe);
            made.Add(Made(recipe(strength), strength, null, always));
        }

        if (preferred is not null)
        {
            made.Add(Made(recipes.Learned(preferred), 1, null, always));
        }

        if (avoided is not null)
        {
            made.Add(Made(recipes.Averse(avoided), 1, null, always));
        }

        return made;

        float Strength(Func<float, SteeringPolicy> policy)
        {
            if (_options.Strength is { } given)
            {
                return given;
            }

            var found = StrengthBudget.Largest(strength => Cost(policy(strength)), _options.Perplexity, LargestStrength).Strength;
            return found > 0
                ? found
                : throw new SteeringException(FormattableString.Invariant($"However weak it is, the policy '{policy(1).Name}' raises the perplexity of clean texts by more than {_options.Perplexity:P1}, so it would have to do nothing. Allow more with --perplexity, or set its strength with --strength."));
        }

        double Cost(SteeringPolicy policy) => cost.Rise(Compile(policy), cancellationToken);

        CompiledPolicy Compile(SteeringPolicy policy) => compiler.Compile(recipes.Inlined(policy));

        DetoxPolicy Made(SteeringPolicy policy, float strength, float? threshold, DetoxRates rates)
        {
            var compiled = Compile(policy);
            return new DetoxPolicy
            {
                Name = policy.Name,
                Description = policy.Description!,
                Policy = policy,
                Strength = strength,
                Threshold = threshold,
                Rates = rates,

                // A latch decides when the prompt has been read, of which a pass over a text knows nothing.
                PerplexityRise = policy.Interventions[0].Gate is PromptGate ? null : cost.Rise(compiled, cancellationToken),
            };
        }
    }

    private LearnedDials? Learn(string stage, IReadOnlyList<DialExample>? lessons, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (lessons is null)
        {
            return null;
        }

        progress?.Report(stage);
        return learner!.Learn(lessons, _options.Dials with { Seed = _options.Seed }, progress is null ? null : new Steps(progress, stage, _options.Dials.Iterations), cancellationToken);
    }

    private static DetoxFeature Described(ConceptStatistics statistics, RankedFeature feature) => new(
        feature.Latent,
        feature.Score,
        statistics.FiringRate(feature.Latent, DetoxStatistics.Toxic),
        statistics.FiringRate(feature.Latent, DetoxStatistics.Clean),
        statistics.ActiveMean(feature.Latent, DetoxStatistics.Toxic));

    private static SteeringVectorSet Vector(string source, string site, ReadOnlyMemory<float> direction, string method, Steering.Sockets.SocketManifest manifest) =>
        new() { Source = source, Vectors = [new SteeringVector(site, direction)], Method = method, ModelName = manifest.ModelName, ModelSha256 = ModelIdentity.Fingerprint(manifest) };

    private IReadOnlyList<DetoxSequence> Encode(IReadOnlyList<ToxicityExample> examples) => [.. examples.Select(example => DetoxSequence.Of(example, tokenizer, _options.Window))];

    /// <summary>Learning takes minutes on a real model, so every tenth step is told.</summary>
    private sealed class Steps(IProgress<string> progress, string stage, int steps) : IProgress<double>
    {
        private int _done;

        public void Report(double value)
        {
            if (++_done % 10 == 0)
            {
                progress.Report(FormattableString.Invariant($"{stage}, step {_done} of {steps}"));
            }
        }
    }
}
