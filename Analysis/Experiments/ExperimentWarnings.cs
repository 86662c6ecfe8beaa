using System.Globalization;

namespace Steering.Analysis.Experiments;

/// <summary>What a reader must know to read an experiment's numbers rightly.</summary>
internal static class ExperimentWarnings
{
    private const int FewReplies = 100;
    private const double ManyFailures = 0.05;

    public static IEnumerable<string> Of(Experiment experiment, IExperimentModel model, IReadOnlyList<ConditionResult> results)
    {
        string[] chose = [.. experiment.Judges.Where(judge => judge.Chose).Select(judge => judge.Judge.Name)];
        if (chose.Length > 0)
        {
            yield return $"The policies were chosen with {string.Join(", ", chose)}; its numbers flatter them. Go by the other judges.";
        }
        else if (!experiment.SaysWhatChose)
        {
            yield return "The experiment does not say which judges chose the policies (chosenBy; an empty list where none did), so none of them is known to be impartial.";
        }

        if (model.BatchRefusal is { } refusal)
        {
            yield return $"Replies were decoded one by one on GenAI, which is slower: {refusal}";
        }

        if (results[0].Replies < FewReplies)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Only {results[0].Replies} replies a condition: the intervals are wide.");
        }

        foreach (var result in results)
        {
            foreach (var judge in result.Judges.Where(judge => judge.Failures > 0))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{judge.Judge} could not judge {judge.Failures} of {result.Replies} replies of '{result.Name}'{(judge.Failures > ManyFailures * result.Replies ? ", which is too many to go by" : string.Empty)}. The first: {judge.FirstFailure}");
            }
        }
    }
}
