using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Steering.Analysis.Selection;
using Steering.Cli.CommandLine;
using Steering.Cli.Concepts;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Concepts;
using Steering.Saes.Formats;
using Steering.Tokenizers;

namespace Steering.Cli.Commands.Concepts;

/// <summary><c>steer concept select</c>: ranks features for a concept, measures what they do, and writes a policy.</summary>
internal sealed class ConceptSelectCommand
{
    private readonly CliConsole _console;
    private readonly Argument<string> _file = new("FILE") { Description = "File made by 'steer concept fit'." };
    private readonly Option<string> _concept = new("--concept") { Description = "The concept.", HelpName = "NAME", Required = true };
    private readonly WordOption<FeatureRanking> _by = new("--by", "What features are ranked by.", FeatureRanking.Auroc);
    private readonly Option<int> _count = Values.Whole("--count", "How many features.", 1, 20);
    private readonly Option<float?> _rest = Values.OptionalReal("--rest", "With --by firing: largest share of the other concepts' observations on which a feature may fire (0.01).", 0, 1);
    private readonly WordOption<RerankBy> _rerank = new("--rerank", "Put the first --candidates into the order of what amplifying them does to the output: output score, or change of token confidence.", RerankBy.OutputScore);
    private readonly Option<int?> _candidates = Values.OptionalWhole("--candidates", "With --rerank: how many of the ranking are measured (five times --count).", 1);
    private readonly Option<string?> _prompt = Values.Path("--neutral-prompt", $"With --rerank: prompt at whose last token features are amplified (\"{OutputMeter.UsualPrompt}\").", "TEXT");
    private readonly Option<float?> _amplify = Values.OptionalReal("--amplify", "With --rerank: how far, in multiples of the largest activation (10).", 0.01f, 1000);
    private readonly Option<bool> _check = new("--check") { Description = "Check both ways on texts: adding a feature induces the concept, taking it out repairs. A policy then holds only features that pass." };
    private readonly Option<int?> _checkTexts = Values.OptionalWhole("--check-texts", "With --check: texts of each kind (16).", 2);
    private readonly Option<int?> _examples = Values.OptionalWhole("--examples", "Show the texts on which each feature is largest, so many.", 1);
    private readonly ControlOption _control = new();
    private readonly Option<int?> _seed = Values.OptionalWhole("--seed", "Of controls and of the texts of --check (0).", 0);
    private readonly Option<string?> _policy = Values.Path("--write", "Policy file to write; those of controls go beside it.", "FILE");
    private readonly Option<string?> _sae = Values.Path("--sae", "SAE that the concepts were measured with; a policy names it.", "DIR");
    private readonly WordOption<ConceptOperator> _operator = new("--operator", "What the policy does with the features.", ConceptOperator.Attenuate);
    private readonly Option<float?> _strength = Values.OptionalReal("--strength", "Strength of attenuate (1).", -10, 10);
    private readonly Option<float?> _exponent = Values.OptionalReal("--exponent", "Exponent of attenuate (1).", 0.01f, 16);
    private readonly Option<float?> _floor = Values.OptionalReal("--floor", "Posterior below which attenuate does nothing (0).", 0, 0.999f);
    private readonly Option<float?> _tau = Values.OptionalReal("--tau", "Half width of the range of rangemask and dampen, in standard deviations (2).", 0.01f, 100);
    private readonly WordOption<ConceptPrior> _prior = new("--prior", "Priors of attenuate: alike, or as often as the texts have each label.", ConceptPrior.Uniform);
    private readonly Option<bool> _json = CommandExtensions.Json();
    private readonly ModelOption _model;
    private readonly LabelledTextArguments _texts = new(required: false, " for --check, --examples and --control");

    private ConceptSelectCommand(CliConsole console) => (_console, _model) = (console, new ModelOption(console));

    public static Command Create(CliConsole console) => new ConceptSelectCommand(console).Build();

    private Command Build()
    {
        var command = new Command("select", "Rank features for a concept by what they do, and write a policy.") { _file, _concept, _by, _count, _rest, _rerank, _candidates, _prompt, _amplify, _check, _checkTexts, _examples, _control, _seed };
        _model.AddTo(command);
        _texts.AddTo(command);
        foreach (var option in (Option[])[_policy, _sae, _operator, _strength, _exponent, _floor, _tau, _prior, _json])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Validate);
        return command
            .WithExamples(
                "steer concept select toxic.concepts.safetensors --concept toxic",
                "steer concept select toxic.concepts.safetensors --concept toxic --by sta --count 16 --sae sae-l15 --write calm.json",
                "steer concept select toxic.concepts.safetensors --concept toxic --rerank outputscore --check --examples 3 --control random-latent --model smollm2 --sae sae-l15 --text comments.csv --label toxic")
            .WritesFile(parsed => parsed.GetValue(_policy))
            .Runs(RunAsync);
    }

    private void Validate(CommandResult result)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        void Needs(IEnumerable<Option> options, Option needed, string sentence)
        {
            foreach (var option in options.Where(option => Given(option) && !Given(needed)))
            {
                result.AddError($"{option.Name} {sentence}");
            }
        }

        ControlKind?[] controls = [.. result.GetResult(_control)?.Tokens.Select(token => ControlOption.Kind(token.Value)) ?? []];
        if (controls.Contains(null))
        {
            // The option refuses the word; what it would have needed is not known.
            return;
        }

        var fromTexts = Given(_check) || Given(_examples) || controls.Any(control => control != ControlKind.RandomLatent);
        var fromModel = Given(_rerank) || fromTexts;
        Needs([_candidates, _prompt, _amplify], _rerank, "does nothing by itself: give --rerank too.");
        Needs([_checkTexts], _check, "does nothing by itself: give --check too.");
        Needs([_operator, _strength, _exponent, _floor, _tau, _prior], _policy, "does nothing by itself: give --write and --sae too.");
        Needs(_model.Running, _model.Model, "does nothing by itself: give --model too.");
        Needs(_texts.Reading, _texts.Files, "does nothing by itself: give --text too.");
        if (Given(_examples) && result.GetValue(_examples) > byte.MaxValue)
        {
            result.AddError($"--examples is {result.GetValue(_examples)?.ToString(CultureInfo.InvariantCulture)}; it must be a whole number from 1 to {byte.MaxValue}.");
        }

        if (Given(_seed) && !Given(_check) && !Given(_control))
        {
            result.AddError("--seed does nothing by itself: give --control or --check too.");
        }

        if (Given(_sae) != (Given(_policy) || fromModel || Given(_control)))
        {
            result.AddError(Given(_sae)
                ? "--write and --sae belong together, and what runs the model needs --sae too; by itself it does nothing."
                : "--write and --sae belong together: a policy names its SAE. --rerank, --check, --examples and --control need it too.");
        }

        if (Given(_model.Model) != fromModel)
        {
            result.AddError(fromModel
                ? "--rerank, --check, --examples and the controls random-direction and shuffled-labels run the model: give --model."
                : "--model does nothing by itself: give --rerank, --check, --examples or --control too.");
        }

        if (Given(_texts.Files) != fromTexts)
        {
            result.AddError(fromTexts
                ? "--check, --examples and the controls random-direction and shuffled-labels read labelled texts: give --text."
                : "--text does nothing by itself: give --check, --examples or --control too.");
        }
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var source = parsed.GetRequiredValue(_file);
        var statistics = await Task.Run(() => ConceptFile.Load(source), cancellationToken);
        var settings = Settings(parsed, statistics);
        var folder = parsed.GetValue(_sae) is { } given ? new SandboxNames(_console).Sae(NamedSae.SplitSite(given).Folder) : null;
        if (parsed.GetValue(_sae) is { } named && NamedSae.SplitSite(named).Site is { } site && site != statistics.Origin.Site)
        {
            throw new SteeringException($"{source} was measured at {statistics.Origin.Site}, not at {site}. Leave the site out, or fit the concepts there.");
        }

        var sae = folder is null ? null : SaeFolder.Load(folder);
        if (sae is not null)
        {
            statistics.RequireSae(sae, source);
        }

        var model = _model.Folder(parsed);
        var bench = new SelectionBench(
            sae,
            model is null ? null : ModelOption.Load(model, statistics, source, cancellationToken),
            model is null ? null : TextTokenizer.Load(model),
            _model.Options(parsed),
            settings.NeedsTexts ? _texts.Corpus(parsed) : null,
            _texts.Options(parsed));
        var (features, controls) = await ProgressDisplay.RunAsync(_console, "ranking features", progress => new FeatureSelection(statistics, settings, bench, progress).Run(cancellationToken));
        var kept = features.Where(row => row.Causal is not { HoldsBothWays: false }).ToArray();
        var policy = parsed.GetValue(_policy);
        string[] written = policy is null || kept.Length == 0 ? [] : Save(parsed, policy, SaeId(folder!), kept, controls, statistics);
        Print(parsed, statistics.Concepts[settings.Concept].Name, new SelectionTable(bench.Tokenizer), features, controls, written);
        if (policy is not null && kept.Length == 0)
        {
            throw new SteeringException($"{policy} was not written: none of the {features.Count} features both induces and repairs '{statistics.Concepts[settings.Concept].Name}'. Choose more features, check on more texts, or write the policy without --check.");
        }
    }

    private SelectionSettings Settings(ParseResult parsed, ConceptStatistics statistics)
    {
        var count = parsed.GetValue(_count);
        return new SelectionSettings
        {
            Concept = statistics.IndexOf(parsed.GetRequiredValue(_concept)),
            By = _by.Value(parsed),
            Count = count,
            Rest = parsed.GetValue(_rest) ?? 0.01,
            Rerank = parsed.GetResult(_rerank) is { Implicit: false } ? _rerank.Value(parsed) : null,
            Candidates = Math.Max(count, parsed.GetValue(_candidates) ?? (int)Math.Min(5L * count, int.MaxValue)),
            Prompt = parsed.GetValue(_prompt) ?? OutputMeter.UsualPrompt,
            Amplify = parsed.GetValue(_amplify) ?? OutputMeter.UsualFactor,
            CheckTexts = parsed.GetValue(_check) ? parsed.GetValue(_checkTexts) ?? 16 : null,
            Examples = parsed.GetValue(_examples) ?? 0,
            Controls = _control.Kinds(parsed),
            Seed = parsed.GetValue(_seed) ?? 0,
        };
    }

    /// <summary>The id under which --sae DIR makes an SAE known.</summary>
    private static string SaeId(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(SaeFolder.FolderOf(folder))));

    private string[] Save(ParseResult parsed, string path, string sae, SelectedRow[] features, IReadOnlyDictionary<ControlKind, IReadOnlyList<SelectedRow>> controls, ConceptStatistics statistics)
    {
        var policies = new SelectionPolicies(sae, _operator.Value(parsed), parsed.GetValue(_strength) ?? 1, parsed.GetValue(_exponent) ?? 1, parsed.GetValue(_floor) ?? 0, parsed.GetValue(_tau) ?? 2, _prior.Value(parsed));
        var chosen = string.Create(CultureInfo.InvariantCulture, $"{features.Length} features of '{features[0].Statistics.Concepts[features[0].Concept].Name}', ranked by {_by.Value(parsed).ToString().ToLowerInvariant()} over {statistics.Origin.Corpus}");
        policies.Save(path, features, $"{chosen}.");
        var written = new List<string> { path };
        foreach (var (control, rows) in controls)
        {
            written.Add(SelectionPolicies.Beside(path, control));
            policies.Save(written[^1], [.. rows.Take(features.Length)], $"Control by {ControlOption.Word(control)} of {chosen}.");
        }

        return [.. written];
    }

    private void Print(ParseResult parsed, string concept, SelectionTable table, IReadOnlyList<SelectedRow> features, IReadOnlyDictionary<ControlKind, IReadOnlyList<SelectedRow>> controls, string[] written)
    {
        if (parsed.GetValue(_json))
        {
            Json.Write(_console.Output, writer =>
            {
                writer.WriteString("concept", concept);
                table.Write(writer, features, controls);
                writer.WriteString("policy", written.FirstOrDefault());
                writer.WriteStartArray("controlPolicies");
                Array.ForEach(written[Math.Min(1, written.Length)..], writer.WriteStringValue);
                writer.WriteEndArray();
            });
            return;
        }

        table.Print(_console, features, controls);
        if (written.Length > 0)
        {
            _console.Output.WriteLine($"{written[0]} holds the policy; use it with --policy {written[0]} and the SAE's --sae DIR.{(written.Length > 1 ? $" Its controls are {string.Join(", ", written[1..])}." : string.Empty)}");
        }
    }
}
