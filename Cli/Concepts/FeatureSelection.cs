using System.Globalization;
using Steering.Analysis.Concepts;
using Steering.Analysis.Harvest;
using Steering.Analysis.Selection;
using Steering.Analysis.Statistics;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Vectors;

namespace Steering.Cli.Concepts;

/// <summary>Chooses features for a concept, measures them, and sets controls beside them.</summary>
internal sealed class FeatureSelection(ConceptStatistics statistics, SelectionSettings settings, SelectionBench bench, IProgress<StageProgress> progress)
{
    private string Name => statistics.Concepts[settings.Concept].Name;

    private string Site => statistics.Origin.Site;

    /// <summary>Chooses.</summary>
    /// <returns>The features, best first, and the rows of every control.</returns>
    /// <exception cref="SteeringException">No feature speaks for the concept, or something cannot be measured.</exception>
    public (IReadOnlyList<SelectedRow> Features, IReadOnlyDictionary<ControlKind, IReadOnlyList<SelectedRow>> Controls) Run(CancellationToken cancellationToken)
    {
        using var meter = settings.Rerank is null ? null : OutputMeter.Load(bench.Cut!, Site, bench.Sae!, bench.Tokenizer!.Encode(settings.Prompt, addSpecialTokens: true), bench.ModelOptions);
        var features = Choose(statistics, meter, cancellationToken);
        var controls = settings.Controls.ToDictionary(kind => kind, kind => Control(kind, features, meter, cancellationToken));
        if (settings.CheckTexts is { } count)
        {
            using var check = CausalCheck.Load(bench.Cut!, Site, bench.Sae!, CheckedTexts(cancellationToken), count, settings.Seed, bench.ModelOptions, cancellationToken);
            var (done, all) = (0, features.Count + controls.Values.Sum(rows => rows.Count));
            IReadOnlyList<SelectedRow> Checked(IReadOnlyList<SelectedRow> rows) =>
            [
                .. rows.Select(row =>
                {
                    progress.Report(new StageProgress("adding and removing features", (double)done++ / all));
                    return row with { Causal = check.Measure(row.Push!, cancellationToken) };
                }),
            ];
            features = Checked(features);
            controls = controls.ToDictionary(entry => entry.Key, entry => Checked(entry.Value));
        }

        return (settings.Examples > 0 ? WithExamples(features, cancellationToken) : features, controls);
    }

    private IReadOnlyList<SelectedRow> Choose(ConceptStatistics measured, OutputMeter? meter, CancellationToken cancellationToken)
    {
        // Labels that were dealt out anew appear in another order.
        var ranked = RankedFeature.Of(measured, measured.IndexOf(Name), settings.By, meter is null ? settings.Count : settings.Candidates, settings.Rest);
        if (ranked.Count == 0)
        {
            throw new SteeringException($"No feature speaks for '{Name}' by {settings.By.ToString().ToLowerInvariant()}{(ReferenceEquals(measured, statistics) ? string.Empty : " under shuffled labels")}: none fires more under it than under the rest. Rank by something else, or fit on more texts.");
        }

        var rows = Measured([.. ranked.Select(feature => Row(measured, feature.Latent, feature.Score))], meter, cancellationToken);
        return settings.Rerank switch
        {
            null => rows,
            RerankBy.OutputScore => [.. rows.OrderByDescending(row => row.Output!.Score).Take(settings.Count)],
            _ => [.. rows.OrderByDescending(row => row.Output!.ConfidenceChange).Take(settings.Count)],
        };
    }

    private IReadOnlyList<SelectedRow> Measured(IReadOnlyList<SelectedRow> rows, OutputMeter? meter, CancellationToken cancellationToken)
    {
        if (meter is null)
        {
            return rows;
        }

        var effects = meter.Measure([.. rows.Select(row => row.Push!)], settings.Amplify, progress.Count("amplifying features", rows.Count), cancellationToken);
        return [.. rows.Zip(effects, (row, effect) => row with { Output = effect })];
    }

    private SelectedRow Row(ConceptStatistics measured, int latent, double score) => new()
    {
        Latent = latent,
        Statistics = measured,
        Concept = measured.IndexOf(Name),
        Score = score,
        Auroc = measured.Auroc(latent, measured.IndexOf(Name)),
        Push = bench.Sae is { } sae ? Push.Of(sae, latent, measured.Largest(latent)) : null,
    };

    private IReadOnlyList<SelectedRow> Control(ControlKind kind, IReadOnlyList<SelectedRow> features, OutputMeter? meter, CancellationToken cancellationToken) => kind switch
    {
        ControlKind.RandomLatent => Measured(OtherLatents(features), meter, cancellationToken),
        ControlKind.RandomDirection => Measured(Directions(features, cancellationToken), meter, cancellationToken),
        _ => Choose(Shuffled(cancellationToken), meter, cancellationToken),
    };

    private IReadOnlyList<SelectedRow> OtherLatents(IReadOnlyList<SelectedRow> features)
    {
        var scores = RankedFeature.Scores(statistics, settings.Concept, settings.By, settings.Rest);
        var others = MatchedLatents.Draw(statistics, bench.Sae!, [.. features.Select(row => row.Latent!.Value)], settings.Seed);
        return
        [
            .. features.Zip(others, (feature, other) =>
            {
                var row = Row(statistics, other, scores[other]);
                return row with { Push = row.Push!.WithLength(feature.Push!.Length) };
            }),
        ];
    }

    private IReadOnlyList<SelectedRow> Directions(IReadOnlyList<SelectedRow> features, CancellationToken cancellationToken)
    {
        var directions = RandomDirections.Draw(features.Count, bench.Sae!.HiddenSize, settings.Seed);
        using var harvester = new Harvester(SiteHead.Load(bench.Cut!, Site, bench.ModelOptions));
        var vectors = new ResidualVectors(harvester, bench.Tokenizer!, TokenReduction.Mean, bench.Reading).Read(bench.Corpus!, Name, progress: null, cancellationToken);
        return
        [
            .. features.Zip(directions, (feature, direction) => new SelectedRow
            {
                Statistics = statistics,
                Concept = settings.Concept,
                Auroc = Auroc(vectors, direction),
                Push = new Push(direction, feature.Push!.Length, Latent: null),
            }),
        ];
    }

    private static double Auroc(IReadOnlyList<LabelledVector> vectors, float[] direction)
    {
        double[] Scores(bool own) => [.. vectors.Where(vector => vector.HasConcept == own).Select(vector => (double)System.Numerics.Tensors.TensorPrimitives.Dot(vector.Values.Span, direction))];
        return RocArea.Of(Scores(own: true), Scores(own: false));
    }

    /// <summary>The same measurement under labels that mean nothing.</summary>
    private ConceptStatistics Shuffled(CancellationToken cancellationToken)
    {
        using var harvester = new Harvester(SiteHead.Load(bench.Cut!, Site, bench.ModelOptions));
        var fitter = new ConceptFitter(harvester, bench.Tokenizer!, bench.Sae!, bench.Reading with { Pooling = statistics.Origin.Pooling });
        var shuffled = fitter.Fit(bench.Corpus!.WithShuffledLabels(settings.Seed), statistics.Origin, progress.Pairs("reading texts under shuffled labels"), cancellationToken);
        var same = shuffled.Origin.Tokens == statistics.Origin.Tokens && shuffled.Concepts.Select(concept => concept.Name).Order(StringComparer.Ordinal).SequenceEqual(statistics.Concepts.Select(concept => concept.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        if (!same)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The concepts were measured on {statistics.Origin.Tokens:N0} tokens of {statistics.Origin.Corpus ?? "unnamed texts"} under {string.Join(", ", statistics.Concepts.Select(concept => concept.Name))}; the texts given hold {shuffled.Origin.Tokens:N0} tokens under {string.Join(", ", shuffled.Concepts.Select(concept => concept.Name))}. Shuffled labels are a control on the same texts only: give those, with the same --label, --outside and --window."));
        }

        return shuffled;
    }

    private List<(int[] Ids, bool HasConcept)> CheckedTexts(CancellationToken cancellationToken)
    {
        var texts = new List<(int[] Ids, bool HasConcept)>();
        foreach (var text in bench.Corpus!.Read(cancellationToken))
        {
            if (text.Scope != LabelScope.Text)
            {
                throw new SteeringException($"{text.Place} labels {text.Scope.ToString().ToLowerInvariant()}s, and the causal check needs texts labelled as a whole: a text without the concept must hold none of it. Give such texts.");
            }

            var ids = bench.Tokenizer!.Encode(text.Text, addSpecialTokens: true);
            texts.Add((ids[..Math.Min(ids.Length, bench.Reading.MaximumTokens)], text.Labels.Contains(Name, StringComparer.Ordinal)));
        }

        return texts;
    }

    private IReadOnlyList<SelectedRow> WithExamples(IReadOnlyList<SelectedRow> features, CancellationToken cancellationToken)
    {
        using var harvester = new Harvester(SiteHead.Load(bench.Cut!, Site, bench.ModelOptions));
        var finder = new ExampleFinder(harvester, bench.Tokenizer!, bench.Sae!, settings.Examples, bench.Reading.MaximumTokens);
        var examples = finder.Find(bench.Corpus!, [.. features.Select(row => row.Latent!.Value)], cancellationToken);
        return [.. features.Zip(examples, (row, found) => row with { Examples = found })];
    }
}
