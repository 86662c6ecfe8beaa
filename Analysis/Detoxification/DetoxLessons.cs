using Steering.Analysis.Selection;

namespace Steering.Analysis.Detoxification;

/// <summary>The texts that dials are learned from.</summary>
internal static class DetoxLessons
{
    /// <summary>The clean texts, to become likelier. What stands before a text is given.</summary>
    public static IReadOnlyList<DialExample> Prefer(IReadOnlyList<DetoxSequence> clean) => [.. clean.Select(sequence => Lesson(sequence, _ => 1, DialAim.Likelier))];

    /// <summary>
    /// The toxic words of the toxic texts, to become less likely, and the rest of them and the clean texts, to stay. Of each kind
    /// every text counts 1, so that a word to avoid weighs as much as a text to keep.
    /// </summary>
    /// <exception cref="SteeringException">No token tells the texts apart.</exception>
    public static IReadOnlyList<DialExample> Avoid(IReadOnlyList<DetoxSequence> toxic, IReadOnlyList<DetoxSequence> clean)
    {
        var tokens = new ToxicTokens(toxic, clean);
        return
        [
            .. toxic.Select(sequence => Lesson(sequence, place => Opens(sequence, place) ? 1 : 0, DialAim.LessLikely))
                .Concat(toxic.Select(sequence => Lesson(sequence, place => Opens(sequence, place) ? 0 : 1, DialAim.Unchanged)))
                .Concat(clean.Select(sequence => Lesson(sequence, _ => 1, DialAim.Unchanged)))
                .Select(lesson => (Lesson: lesson, Sum: lesson.Weights.Sum()))
                .Where(entry => entry.Sum > 0)
                .Select(entry => entry.Lesson with { Weights = [.. entry.Lesson.Weights.Select(weight => weight / entry.Sum)] }),
        ];

        // Once a word is begun nothing but garbage can come in place of its end, so only beginnings are avoided.
        bool Opens(DetoxSequence sequence, int place) => tokens.Contains(sequence.Ids[place]) && !tokens.Contains(sequence.Ids[place - 1]);
    }

    private static DialExample Lesson(DetoxSequence sequence, Func<int, float> weight, DialAim aim) =>
        new(sequence.Ids, [.. Enumerable.Range(0, sequence.Ids.Length).Select(place => place < sequence.TextFrom ? 0 : weight(place))]) { Aim = aim };
}
