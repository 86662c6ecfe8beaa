using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steering.IO;

namespace Steering.Analysis.Experiments;

/// <summary>
/// Everything that the model was run for after the replies of a condition were there. Written as one file when a condition is
/// done, so that a run that was interrupted does not score it again.
/// </summary>
/// <param name="Replies">[replies] −ln p of each reply's tokens under the unsteered model.</param>
/// <param name="Text">The neutral text; null where the experiment names none.</param>
/// <param name="Choices">Multiple choice; null where the experiment names none.</param>
internal sealed record ConditionScores(double[] Replies, TextScores? Text, ChoiceScores? Choices)
{
    private const int Format = 1;
    private const int LargestFile = 1 << 28;

    /// <summary>Reads what was written for the same replies and settings.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fingerprint">What they are scores of.</param>
    /// <returns>The scores; null where there is no file, or one of something else.</returns>
    /// <exception cref="SteeringException">The file is damaged.</exception>
    public static ConditionScores? Read(string path, string fingerprint)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var document = StrictJson.Parse(path, ReadableFile.ReadAllBytes(path, LargestFile));
        var root = document.RootElement;
        try
        {
            return root.GetProperty("format").GetInt32() != Format || root.GetProperty("fingerprint").GetString() != fingerprint
                ? null
                : new ConditionScores(
                    Numbers(root.GetProperty("replies")),
                    root.TryGetProperty("text", out var text) ? new TextScores(text.TryGetProperty("nats", out var nats) ? Numbers(nats) : null, Reason(text)) : null,
                    root.TryGetProperty("choices", out var choices) ? new ChoiceScores(choices.TryGetProperty("right", out var right) ? Answers(right, choices.GetProperty("confidence")) : null, Reason(choices)) : null);
        }
        catch (Exception failure) when (failure is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SteeringException($"{path} holds no scores of a condition: {failure.Message} Delete it to have them measured again.", failure);
        }
    }

    /// <summary>SHA-256 of everything that decides the scores.</summary>
    /// <param name="condition">Fingerprint of the condition: model, prompts, policy, seed.</param>
    /// <param name="replies">Its replies.</param>
    /// <param name="documents">The neutral text; empty for none.</param>
    /// <param name="questions">The questions; empty for none.</param>
    /// <param name="settings">How the questions are asked.</param>
    public static string Fingerprint(string condition, IReadOnlyList<ExperimentReply> replies, IReadOnlyList<int[]> documents, IReadOnlyList<ChoiceQuestion> questions, string settings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(string.Create(CultureInfo.InvariantCulture, $"{Format}|{condition}|{replies.Count}|{documents.Count}|{questions.Count}|{settings}"));
        foreach (var ids in replies.Select(reply => reply.Ids.ToArray()).Concat(documents))
        {
            hash.AppendData(BitConverter.GetBytes(ids.Length));
            hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan()));
        }

        foreach (var question in questions)
        {
            Add(JsonSerializer.Serialize((string[])[question.Question, .. question.Choices]));
            Add(question.Answer.ToString(CultureInfo.InvariantCulture));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }

    /// <summary>Writes the scores; the file is there whole or not at all.</summary>
    public void Write(string path, string condition, string fingerprint) => AtomicFile.Write(path, stream =>
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteNumber("format", Format);
        writer.WriteString("condition", condition);
        writer.WriteString("fingerprint", fingerprint);
        WriteNumbers(writer, "replies", Replies);
        if (Text is not null)
        {
            writer.WriteStartObject("text");
            WriteReason(writer, Text.Unavailable);
            if (Text.Nats is not null)
            {
                WriteNumbers(writer, "nats", Text.Nats);
            }

            writer.WriteEndObject();
        }

        if (Choices is not null)
        {
            writer.WriteStartObject("choices");
            WriteReason(writer, Choices.Unavailable);
            if (Choices.Answers is not null)
            {
                WriteNumbers(writer, "right", Choices.Answers.Select(answer => answer.Right ? 1.0 : 0));
                WriteNumbers(writer, "confidence", Choices.Answers.Select(answer => answer.Confidence));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });

    private static string? Reason(JsonElement element) => element.TryGetProperty("unavailable", out var reason) ? reason.GetString() : null;

    private static void WriteReason(Utf8JsonWriter writer, string? reason)
    {
        if (reason is not null)
        {
            writer.WriteString("unavailable", reason);
        }
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<double> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            // JSON has no infinity: the −ln p of a token of probability 0.
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }

    private static double[] Numbers(JsonElement element) =>
        [.. element.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? double.PositiveInfinity : value.GetDouble())];

    private static ChoiceAnswer[] Answers(JsonElement right, JsonElement confidence) =>
        [.. Numbers(right).Zip(Numbers(confidence), (hit, share) => new ChoiceAnswer(hit > 0, double.IsFinite(share) ? share : double.NaN))];
}

/// <summary>What the model says of the neutral text under a condition.</summary>
/// <param name="Nats">[documents] −ln p of all tokens of each; null where it could not be measured.</param>
/// <param name="Unavailable">Why not.</param>
internal sealed record TextScores(double[]? Nats, string? Unavailable = null);

/// <summary>How multiple-choice questions were answered under a condition.</summary>
/// <param name="Answers">[questions]; null where they could not be asked.</param>
/// <param name="Unavailable">Why not.</param>
internal sealed record ChoiceScores(ChoiceAnswer[]? Answers, string? Unavailable = null);
