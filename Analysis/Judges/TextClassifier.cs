using System.Globalization;
using Steering.Tensors;

namespace Steering.Analysis.Judges;

/// <summary>
/// A logistic regression over hashed n-grams: the probability that a text has the label it was trained for. The file is
/// safetensors, so that nothing in it runs: <c>weights</c> [262144], <c>bias</c> [1], and what it was trained on as metadata.
/// </summary>
public sealed class TextClassifier
{
    private const string Format = "steering.judge.classifier";
    private const string Version = "1";
    private const string WeightsName = "weights";
    private const string BiasName = "bias";

    private readonly float[] _weights;
    private readonly float _bias;

    internal TextClassifier(float[] weights, float bias, TextClassifierQuality quality) => (_weights, _bias, Quality) = (weights, bias, quality);

    /// <summary>What it reached on texts it was not trained on.</summary>
    public TextClassifierQuality Quality { get; }

    /// <summary>Reads a classifier.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">It is no such file, of another version, or damaged.</exception>
    public static TextClassifier Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new SteeringException($"{path} is not a text classifier; make one with 'steer judge train'.");
        }

        if (file.Metadata.GetValueOrDefault("version") != Version)
        {
            throw new SteeringException($"{path}: version '{file.Metadata.GetValueOrDefault("version")}' of the classifier format; this version of the library reads version {Version}. Train it again with 'steer judge train'.");
        }

        var weights = Read(file, path, WeightsName, TextFeatures.Buckets);
        var bias = Read(file, path, BiasName, 1)[0];
        var quality = new TextClassifierQuality(Number(file, path, "auroc"), (int)Number(file, path, "trained"), (int)Number(file, path, "held_out"));
        return new TextClassifier(weights, bias, quality);
    }

    /// <summary>Writes the classifier, atomically.</summary>
    /// <param name="path">The file, ending with <c>.safetensors</c>.</param>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new SteeringException($"{path}: classifiers are written as .safetensors; give the file that ending.");
        }

        SafetensorsWriter.Write(
            path,
            [TensorData.FromFloat32(WeightsName, [TextFeatures.Buckets], _weights), TensorData.FromFloat32(BiasName, [1], new[] { _bias })],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["format"] = Format,
                ["version"] = Version,
                ["auroc"] = Quality.Auroc.ToString("R", CultureInfo.InvariantCulture),
                ["trained"] = Quality.Trained.ToString(CultureInfo.InvariantCulture),
                ["held_out"] = Quality.HeldOut.ToString(CultureInfo.InvariantCulture),
            });
    }

    /// <summary>The probability, 0 to 1, that a text has the label.</summary>
    /// <param name="text">Any text; one without letters and digits gets what the bias says.</param>
    public double Score(string text) => Probability(TextFeatures.Of(text), _weights, _bias);

    internal static double Probability(int[] features, float[] weights, float bias)
    {
        double sum = 0;
        foreach (var feature in features)
        {
            sum += weights[feature];
        }

        return 1 / (1 + Math.Exp(-(bias + (features.Length == 0 ? 0 : sum / Math.Sqrt(features.Length)))));
    }

    private static float[] Read(SafetensorsFile file, string path, string name, int length)
    {
        if (!file.Contains(name) || file.Describe(name).Shape is not [var rows] || rows != length)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: a classifier holds '{name}' with {length} numbers, and this file does not; it is damaged. Train it again with 'steer judge train'."));
        }

        var values = file.ReadFloat32(name);
        return Array.TrueForAll(values, float.IsFinite) ? values : throw new SteeringException($"{path}: '{name}' holds a number that is not finite; the file is damaged. Train it again with 'steer judge train'.");
    }

    private static double Number(SafetensorsFile file, string path, string name) =>
        double.TryParse(file.Metadata.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value is >= 0 and <= int.MaxValue
            ? value
            : throw new SteeringException($"{path}: the metadata '{name}' is '{file.Metadata.GetValueOrDefault(name)}'; a number of 0 or more was expected. The file is damaged.");
}

/// <summary>What a classifier reached.</summary>
/// <param name="Auroc">Area under the ROC curve on held-out texts: the probability that a text with the label scores above one without; 0.5 is chance.</param>
/// <param name="Trained">Number of texts it was trained on.</param>
/// <param name="HeldOut">Number of texts it was measured on.</param>
public sealed record TextClassifierQuality(double Auroc, int Trained, int HeldOut);
