using Steering.Analysis.Experiments;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Erasure;

/// <summary>
/// The questions that the unsteered model answers rightly, class by class in a random order: the first of each class are fitted on,
/// the others measured.
/// </summary>
/// <param name="Classes">The classes, by name.</param>
/// <param name="Fit">Questions by number to fit on.</param>
/// <param name="Held">Questions by number to measure.</param>
internal sealed record RemovalSplit(IReadOnlyList<RemovalClass> Classes, IReadOnlyList<int> Fit, IReadOnlyList<int> Held)
{
    private const int Least = 2;

    /// <summary>Divides questions.</summary>
    /// <param name="questions">All questions.</param>
    /// <param name="isRight">Which of them the unsteered model answers rightly.</param>
    /// <param name="options">Share, seed and most held out.</param>
    /// <exception cref="SteeringException">A question has no class, a target is no class, or too few are answered rightly.</exception>
    public static RemovalSplit Of(IReadOnlyList<ChoiceQuestion> questions, Func<int, bool> isRight, RemovalOptions options)
    {
        var random = new SeededRandom(options.Seed, stream: 0);
        var (classes, fit, held) = (new List<RemovalClass>(), new List<int>(), new List<int>());
        foreach (var group in Groups(questions, options))
        {
            int[] right = [.. group.Where(isRight)];
            var first = (int)(options.FitShare * right.Length);
            if (first < Least || right.Length - first < 1)
            {
                throw new SteeringException(FormattableString.Invariant($"Of {group.Count()} questions of the class '{group.Key}' the unsteered model answers {right.Length} rightly, which leaves {first} to fit on and {right.Length - first} to measure; at least {Least} and 1 are needed. Give more questions, or a form of question that the model understands better."));
            }

            random.Shuffle(right);
            var last = Math.Min(right.Length, first + (options.HeldOut ?? right.Length));
            fit.AddRange(right[..first]);
            held.AddRange(right[first..last]);
            classes.Add(new RemovalClass(group.Key, group.Count(), right.Length, first, last - first));
        }

        return new RemovalSplit(classes, fit, held);
    }

    /// <summary>The questions by class, by name.</summary>
    /// <exception cref="SteeringException">A question has no class, a target is no class, or there is no other class.</exception>
    public static IReadOnlyList<IGrouping<string, int>> Groups(IReadOnlyList<ChoiceQuestion> questions, RemovalOptions options)
    {
        var groups = Enumerable.Range(0, questions.Count)
            .GroupBy(index => questions[index].Class ?? throw new SteeringException($"Question {index + 1} has no class. Name one for every question: what is removed is a class."), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToArray();
        if (options.Targets.FirstOrDefault(target => groups.All(group => group.Key != target)) is { } absent)
        {
            throw new SteeringException($"There is no class '{absent}'; the questions have {string.Join(", ", groups.Select(group => group.Key))}.");
        }

        if (groups.Length < 2)
        {
            throw new SteeringException($"All questions are of the class '{groups[0].Key}', so there is no complement to compare with. Give questions of other classes too.");
        }

        return groups;
    }
}

/// <summary>The questions of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Questions">How many there are.</param>
/// <param name="Right">How many of them the unsteered model answers rightly.</param>
/// <param name="Fit">How many of those are fitted on.</param>
/// <param name="Held">How many of the others are measured.</param>
public sealed record RemovalClass(string Name, int Questions, int Right, int Fit, int Held);

/// <summary>Held-out questions under one method. All of them are answered rightly by the unsteered model.</summary>
/// <param name="Name"><c>target</c>, <c>complement</c> or a class.</param>
/// <param name="Accuracy">Share that is still answered rightly, with Wilson's interval.</param>
/// <param name="Drop">1 − accuracy: the fall against the unsteered model.</param>
/// <param name="DropInterval">95 % interval of it, bootstrapped over questions.</param>
/// <param name="Confidence">Mean share of the right choice in the softmax of the log-likelihoods.</param>
/// <param name="ConfidenceDrop">Unsteered confidence − confidence.</param>
/// <param name="ConfidenceDropInterval">95 % interval of it, bootstrapped over questions.</param>
public sealed record RemovalGroup(string Name, RateEstimate Accuracy, double Drop, Interval DropInterval, double Confidence, double ConfidenceDrop, Interval ConfidenceDropInterval);
