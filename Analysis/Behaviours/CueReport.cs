using System.Globalization;
using Steering.Analysis.Reports;

namespace Steering.Analysis.Behaviours;

/// <summary>The falsification of "reasoning" latents as one page.</summary>
public static class CueReport
{
    /// <summary>Makes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="sentence">What was read, in a sentence.</param>
    /// <param name="tests">One a behaviour.</param>
    public static HtmlReport Create(string title, string sentence, IReadOnlyList<BehaviourCueTest> tests)
    {
        ArgumentNullException.ThrowIfNull(tests);
        var report = new HtmlReport(title).Paragraph(sentence);
        report.Paragraph("A latent fires on a text where its largest activation exceeds its median over the behaviour's own steps. Cue words explain it where the share of texts on which it fires rises with its whole interval and reaches half of the share on the behaviour's steps. It is only a cue-word latent where, beyond that, steps without a cue word do not tell the behaviour by it.");
        foreach (var test in tests)
        {
            report.Heading(test.Behaviour);
            report.Paragraph(Summary(test));
            report.Table(
                ["latent", "why", "steps with", "steps without", "plain text", "with cue words", "with neutral words", "rise", "without cue words, ROC-AUC", "active per 1,000 tokens", "~verdict"],
                test.Latents.Select(Row));
        }

        return report;
    }

    /// <summary>One behaviour in a sentence.</summary>
    /// <param name="test">The test.</param>
    public static string Summary(BehaviourCueTest test)
    {
        ArgumentNullException.ThrowIfNull(test);
        var groups = test.Latents.GroupBy(latent => latent.Group).OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count(latent => latent.FiresOnCues)} of {group.Count()} {Name(group.Key)}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Cue words ({string.Join(", ", test.Cues)}) stand {test.CuesPer1000.Traces:F1} times in 1,000 tokens of the traces, {test.CuesPer1000.Plain:F1} in the plain texts and {test.CuesPer1000.WithCues:F1} with those put in. {test.CuelessSteps} of {test.Steps} steps have none. They make {string.Join(", ", groups)} fire; {test.Latents.Count(latent => latent is { Group: CueGroup.Behaviour, Verdict: CueVerdict.OnlyCues })} of the behaviour's latents are only cue-word latents.");
    }

    private static string[] Row(LatentCueTest latent) =>
    [
        latent.Latent.ToString(CultureInfo.InvariantCulture),
        Name(latent.Group),
        latent.StepsWith.ToString(),
        latent.StepsWithout.ToString(),
        latent.Plain.ToString(),
        latent.WithCues.ToString(),
        latent.WithNeutral.ToString(),
        latent.Rise.ToString(),
        latent.CuelessArea is { } area ? string.Create(CultureInfo.InvariantCulture, $"{area:F3} {latent.CuelessInterval}") : "too few steps",
        string.Create(CultureInfo.InvariantCulture, $"{latent.ActivePer1000.Plain:F1} → {latent.ActivePer1000.WithCues:F1} (neutral {latent.ActivePer1000.WithNeutral:F1}, traces {latent.ActivePer1000.Traces:F1})"),
        latent.Verdict switch { CueVerdict.OnlyCues => "only a cue-word latent", CueVerdict.CuesSuffice => "cue words suffice, but it finds steps without them too", _ => "not explained by cue words" },
    ];

    private static string Name(CueGroup group) => group switch { CueGroup.Behaviour => "of the behaviour's latents", CueGroup.Shuffled => "chosen with shuffled labels", _ => "random latents" };
}
