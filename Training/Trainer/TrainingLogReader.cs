using System.Globalization;
using System.Text.Json;
using Steering.IO;

namespace Steering.Training.Trainer;

/// <summary>Reads what a run logged: a line of JSON for every step.</summary>
public static class TrainingLogReader
{
    private const int LongestLine = 64 << 10;

    /// <summary>Reads the steps. Fields that this version does not know are passed over.</summary>
    /// <param name="path">The file, <c>training.jsonl</c>.</param>
    /// <param name="cancellationToken">Stops between lines.</param>
    /// <exception cref="SteeringException">It is missing, empty, or a line is no step.</exception>
    public static IReadOnlyList<TrainingStep> Read(string path, CancellationToken cancellationToken = default)
    {
        var steps = new List<TrainingStep>();
        using var reader = new StreamReader(ReadableFile.Open(path));
        for (var line = 1; ReadLine(reader, path, line) is { } text; line++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            steps.Add(Parse(text, path, line));
        }

        return steps.Count > 0 ? steps : throw new SteeringException($"{path} holds no step; a line of JSON for every step was expected.");
    }

    private static string? ReadLine(StreamReader reader, string path, int line)
    {
        var text = new System.Text.StringBuilder();
        for (var next = reader.Read(); ; next = reader.Read())
        {
            if (next is '\n' or < 0)
            {
                return next < 0 && text.Length == 0 ? null : text.ToString();
            }

            if (text.Append((char)next).Length > LongestLine)
            {
                throw Wrong(path, line, FormattableString.Invariant($"is longer than {LongestLine} characters"));
            }
        }
    }

    private static TrainingStep Parse(string text, string path, int line)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            double Number(string name) => root.GetProperty(name).GetDouble();
            return new TrainingStep(
                root.GetProperty("step").GetInt64(),
                root.GetProperty("tokens").GetInt64(),
                Number("loss"),
                Number("fractionUnexplained"),
                Number("l0"),
                root.GetProperty("dead").GetInt32(),
                Number("learningRate"),
                Number("gradientNorm"),
                Number("sparsity"),
                Number("seconds"));
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Wrong(path, line, $"is no step ({failure.Message})");
        }
    }

    private static SteeringException Wrong(string path, int line, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path}: line {line} {what}; the log of a training run was expected, one JSON object a line."));
}
