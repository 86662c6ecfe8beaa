using Steering.Analysis.Judges;
using Steering.IO;
using Steering.Policies;

namespace Steering.Analysis.Experiments;

/// <summary>Reads experiment files strictly: a field that is not known, a value that cannot be and a file that is not there are refused with their place.</summary>
public static class ExperimentReader
{
    private const int MostPolicies = 64;
    private const int MostJudges = 32;
    private const int MostPrompts = 1_000_000;
    private const int MostSamples = 1000;
    private static readonly string[] Fields = ["name", "description", "model", "allowOtherModel", "saes", "policies", "prompts", "judges", "chosenBy", "samples", "seed", "temperature", "topK", "topP", "maxTokens", "controls", "choices", "text", "examples"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">The kinds of judges that it may ask for.</param>
    /// <param name="allowPrograms">Whether the programs that it names as judges may be started; otherwise it is refused, with their name.</param>
    /// <exception cref="SteeringException">It is not an experiment, or would start a program; the message names the problems and their places.</exception>
    public static Experiment Read(string path, IReadOnlyList<JudgeKind> kinds, bool allowPrograms = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(kinds);
        var full = System.IO.Path.GetFullPath(path);
        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(full, Experiment.MaximumBytes));
        var root = new ExperimentElement(new PolicyElement(document.RootElement, string.Empty, new ProblemList(), TextScalars: false), path);
        root.Object("an experiment", Fields);
        var controls = root.Optional("controls");
        controls?.Object("the controls", ["prompting", "diffMean", "leaveOut"]);
        var experiment = new Experiment
        {
            Path = full,
            Name = root.Text("name") ?? System.IO.Path.GetFileNameWithoutExtension(path),
            Description = root.Text("description"),
            Model = root.RequireText("model", "a model folder, or \"sandbox\""),
            AllowOtherModel = root.Flag("allowOtherModel") ?? false,
            Saes = Saes(root),
            Policies = Policies(root),
            Prompts = Prompts(root.Require("prompts", "{\"source\": …, \"count\": …}")),
            Judges = Judges(root, kinds, allowPrograms),
            SaysWhatChose = root.Optional("chosenBy") is not null,
            Samples = root.Whole("samples", 1, MostSamples) ?? 1,
            Seed = root.Whole("seed", 0, int.MaxValue) ?? 0,
            Temperature = (float)(root.Number("temperature", 0, 100) ?? 1),
            TopK = root.Whole("topK", 1, int.MaxValue),
            TopP = (float?)root.Number("topP", 1e-6, 1),
            MaxTokens = root.Whole("maxTokens", 1, 1 << 20) ?? 128,
            SystemMessage = controls?.Text("prompting"),
            DiffMean = controls?.Optional("diffMean") is { } diffMean ? DiffMean(diffMean) : null,
            LeaveOut = [.. controls?.Texts("leaveOut")?.Index().Select(entry => LeftOut(controls, entry.Item, entry.Index)) ?? []],
            Choices = root.Optional("choices") is { } choices ? Choices(choices) : null,
            Text = root.Optional("text") is { } text ? Text(text) : null,
            Examples = root.Whole("examples", 0, 100) ?? 5,
        };
        Check(root, experiment);
        return experiment;
    }

    private static void Check(ExperimentElement root, Experiment experiment)
    {
        var effects = experiment.Judges.Where(judge => judge.Aim != JudgeAim.Keep).ToArray();
        if (effects.Length == 0)
        {
            throw root.Refusal("judges", "every judge has the aim 'keep', so nothing says whether a policy works; give one the aim 'lower' or 'raise'.");
        }

        if (effects.All(judge => judge.Chose))
        {
            throw root.Refusal("judges", $"the policies were chosen by {Names(effects)}, which alone would score them, and a judge flatters what it chose; add a judge of another kind with the aim 'lower' or 'raise'.");
        }

        if (experiment.Samples > 1 && experiment.Temperature == 0)
        {
            throw root.Refusal("samples", $"{experiment.Samples} samples at temperature 0 are all the same; give a temperature above 0, or one sample.");
        }
    }

    private static string Names(IEnumerable<ExperimentJudge> judges) => string.Join(", ", judges.Select(judge => $"'{judge.Judge.Name}'"));

    private static Dictionary<string, ExperimentSae> Saes(ExperimentElement root)
    {
        var saes = new Dictionary<string, ExperimentSae>(StringComparer.Ordinal);
        foreach (var (id, element) in root.Optional("saes")?.Members() ?? [])
        {
            if (element.IsText)
            {
                saes.Add(id, new ExperimentSae(element.Self(), null));
                continue;
            }

            element.Object("an autoencoder", ["path", "site"]);
            saes.Add(id, new ExperimentSae(element.RequireText("path", "the autoencoder's folder"), element.Text("site")));
        }

        return saes;
    }

    private static ExperimentPolicy[] Policies(ExperimentElement root)
    {
        var policies = new List<ExperimentPolicy>();
        foreach (var element in root.Require("policies", "a list of policy files").Items("policies", MostPolicies))
        {
            if (element.IsText)
            {
                var given = element.Self();
                policies.Add(new ExperimentPolicy(System.IO.Path.GetFileNameWithoutExtension(given), given));
                continue;
            }

            element.Object("a policy", ["name", "file"]);
            var file = element.RequireText("file", "a policy file, or the name of one of the sandbox's");
            policies.Add(new ExperimentPolicy(element.Text("name") ?? System.IO.Path.GetFileNameWithoutExtension(file), file));
        }

        return policies.Count == 0 ? throw root.Refusal("policies", "there is no policy; name at least one.")
            : policies.GroupBy(policy => policy.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
                ? throw root.Refusal("policies", $"two policies are called '{twice.Key}'; give them names: {{\"name\": …, \"file\": …}}.")
                : [.. policies];
    }

    private static PromptSettings Prompts(ExperimentElement prompts)
    {
        prompts.Object("the prompts", ["source", "form", "field", "count"]);
        return new PromptSettings(
            prompts.RequireText("source", "a file, or sandbox:friendly, sandbox:rude, sandbox:reflect, sandbox:TOPIC"),
            prompts.Word<PromptForm>("form", "form of prompts") ?? PromptForm.Chat,
            prompts.Text("field"),
            prompts.Whole("count", 1, MostPrompts));
    }

    private static ExperimentJudge[] Judges(ExperimentElement root, IReadOnlyList<JudgeKind> kinds, bool allowPrograms)
    {
        var chose = root.Texts("chosenBy") ?? [];
        var judges = new List<ExperimentJudge>();
        foreach (var element in root.Require("judges", "a list of judges").Items("judges", MostJudges))
        {
            var word = element.RequireText("kind", $"one of {string.Join(", ", kinds.Select(kind => kind.Name))}");
            var kind = kinds.FirstOrDefault(kind => kind.Name == word)
                ?? throw element.Refusal("kind", $"unknown kind of judge '{PolicyElement.Shorten(word)}': {PolicyElement.Nearest(word, [.. kinds.Select(known => known.Name)])}.");
            element.Object($"a judge of the kind {kind.Name}", [.. JudgeKind.CommonFields, .. kind.Fields]);
            var name = element.RequireText("name", "what the results call the judge");
            var aim = element.Word<JudgeAim>("aim", "aim") ?? JudgeAim.Lower;
            judges.Add(new ExperimentJudge(kind.Create(element.Judge(name, allowPrograms)), kind.Name, aim, chose.Contains(name, StringComparer.Ordinal)));
        }

        if (judges.Count == 0)
        {
            throw root.Refusal("judges", "there is no judge; give at least one.");
        }

        if (judges.GroupBy(judge => judge.Judge.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw root.Refusal("judges", $"two judges are called '{twice.Key}'; give each a name of its own.");
        }

        string[] names = [.. judges.Select(judge => judge.Judge.Name)];
        return chose.FirstOrDefault(name => !names.Contains(name, StringComparer.Ordinal)) is { } absent
            ? throw root.Refusal("chosenBy", $"there is no judge '{PolicyElement.Shorten(absent)}': {PolicyElement.Nearest(absent, names)}.")
            : [.. judges];
    }

    private static DiffMeanSettings DiffMean(ExperimentElement element)
    {
        element.Object("the dense control", ["towards", "away", "site"]);
        return new DiffMeanSettings(
            element.RequireFile("towards", "texts of the kind that is wanted, one a line"),
            element.RequireFile("away", "texts of the kind that is not wanted, one a line"),
            element.Text("site"));
    }

    private static ConditionKind LeftOut(ExperimentElement controls, string word, int index)
    {
        string[] known = [.. Words<ConditionKind>.All.Where(word => word is not ("unsteered" or "policy"))];
        return known.Contains(word, StringComparer.Ordinal) && Words<ConditionKind>.TryParse(word, out var kind)
            ? kind
            : throw controls.Refusal($"leaveOut[{index}]", $"'{PolicyElement.Shorten(word)}' is not a control that can be left out: {PolicyElement.Nearest(word, known)}.");
    }

    private static ChoiceSettings Choices(ExperimentElement element)
    {
        element.Object("the multiple choice", ["file", "target", "chat", "perToken"]);
        return new ChoiceSettings(
            element.RequireFile("file", "JSON lines with question, choices, answer and class"),
            element.Texts("target") ?? [],
            element.Flag("chat") ?? false,
            element.Flag("perToken") ?? false);
    }

    private static TextSettings Text(ExperimentElement element)
    {
        element.Object("the neutral text", ["file", "field", "documents", "tokens"]);
        return new TextSettings(
            element.RequireFile("file", "a corpus"),
            element.Text("field"),
            element.Whole("documents", 1, MostPrompts) ?? 200,
            element.Whole("tokens", 2, 1 << 20) ?? 256);
    }
}
