using System.Globalization;
using Steering.Analysis.Statistics;

namespace Steering.Analysis.Judges;

/// <summary>
/// Trains a <see cref="TextClassifier"/> by AdaGrad on the logistic loss (Duchi et al., JMLR 2011). One text in five, chosen by
/// a hash of the text, is held out, so that a text which stands in a file twice is never on both sides. The same texts give
/// the same classifier.
/// </summary>
public static class TextClassifierTrainer
{
    private const int Epochs = 5;
    private const int HeldOutOneIn = 5;
    private const float Rate = 0.5f;
    private const float Decay = 1e-6f;

    /// <summary>Fewest texts of either kind on either side.</summary>
    public const int FewestTexts = 5;

    /// <summary>Trains a classifier.</summary>
    /// <param name="texts">Texts with and without the label.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops between texts.</param>
    /// <exception cref="SteeringException">A kind has too few texts.</exception>
    public static TextClassifier Train(IReadOnlyList<ClassifierExample> texts, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var held = texts.Where(text => IsHeldOut(text.Text)).ToArray();
        var trained = texts.Where(text => !IsHeldOut(text.Text)).Select(text => (Features: TextFeatures.Of(text.Text), text.HasLabel)).ToArray();
        RequireBoth(texts, held, trained.Count(text => text.HasLabel), trained.Count(text => !text.HasLabel));

        var (weights, squares) = (new float[TextFeatures.Buckets], new float[TextFeatures.Buckets]);
        float bias = 0, biasSquares = 0;
        var random = new SeededRandom(0, stream: 0);
        int[] order = [.. Enumerable.Range(0, trained.Length)];
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle(order);
            for (var index = 0; index < trained.Length; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (features, label) = trained[order[index]];
                var error = (float)TextClassifier.Probability(features, weights, bias) - (label ? 1 : 0);
                Step(ref bias, ref biasSquares, error);
                var share = features.Length == 0 ? 0 : error / MathF.Sqrt(features.Length);
                foreach (var feature in features)
                {
                    Step(ref weights[feature], ref squares[feature], share + (Decay * weights[feature]));
                }

                if (index % 256 == 0)
                {
                    progress?.Report((epoch + ((double)index / trained.Length)) / Epochs);
                }
            }
        }

        double[] Scores(bool label) => [.. held.Where(text => text.HasLabel == label).Select(text => TextClassifier.Probability(TextFeatures.Of(text.Text), weights, bias))];
        return new TextClassifier(weights, bias, new TextClassifierQuality(RocArea.Of(Scores(true), Scores(false)), trained.Length, held.Length));
    }

    /// <summary>Whether a text is held out: one in five, by a hash of its letters.</summary>
    internal static bool IsHeldOut(string text)
    {
        var hash = 2166136261u;
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return ((hash ^ (hash >> 15)) * 2246822519 >> 8) % HeldOutOneIn == 0;
    }

    private static void Step(ref float weight, ref float squares, float gradient)
    {
        squares += gradient * gradient;
        weight -= squares == 0 ? 0 : Rate * gradient / MathF.Sqrt(squares);
    }

    private static void RequireBoth(IReadOnlyList<ClassifierExample> texts, ClassifierExample[] held, int with, int without)
    {
        var fewest = new[] { with, without, held.Count(text => text.HasLabel), held.Count(text => !text.HasLabel) }.Min();
        if (fewest < FewestTexts)
        {
            var labelled = texts.Count(text => text.HasLabel);
            throw new SteeringException(string.Create(
                CultureInfo.InvariantCulture,
                $"There are {labelled} texts with the label and {texts.Count - labelled} without. At least {FewestTexts} of each must be left to train on and to measure with, and one in {HeldOutOneIn} is held out: give some 50 of each at least, better thousands."));
        }
    }
}

/// <summary>A text and whether it has the label.</summary>
/// <param name="Text">The text.</param>
/// <param name="HasLabel">Whether it has it.</param>
public sealed record ClassifierExample(string Text, bool HasLabel);
