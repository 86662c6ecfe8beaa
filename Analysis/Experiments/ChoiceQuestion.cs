using System.Globalization;
using System.Text.Json;
using Steering.IO;

namespace Steering.Analysis.Experiments;

/// <summary>A multiple-choice question.</summary>
/// <param name="Question">The text that comes before the choice.</param>
/// <param name="Choices">The choices, at least two, each written as it follows the question.</param>
/// <param name="Answer">Index of the right one.</param>
/// <param name="Class">What the question is about; null where no class matters.</param>
public sealed record ChoiceQuestion(string Question, IReadOnlyList<string> Choices, int Answer, string? Class)
{
    private const int LargestFile = 256 << 20;
    private const int MostChoices = 256;
    private static readonly string[] Fields = ["question", "choices", "answer", "class"];

    /// <summary>Reads a JSON-lines file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">A line is no question; the message names it.</exception>
    public static IReadOnlyList<ChoiceQuestion> Read(string path)
    {
        var bytes = ReadableFile.ReadAllBytes(path, LargestFile);
        var questions = new List<ChoiceQuestion>();
        var number = 0;
        for (var start = 0; start < bytes.Length;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? bytes.Length - start : length;
            number++;
            var line = bytes.AsMemory(start, length);
            start += length + 1;
            if (!line.Span.Trim(" \r\t"u8).IsEmpty)
            {
                var place = string.Create(CultureInfo.InvariantCulture, $"{path}:{number}");
                using var document = StrictJson.Parse(place, line);
                questions.Add(Parse(document.RootElement, place));
            }
        }

        return questions.Count > 0 ? questions : throw new SteeringException($"{path} holds no question; {Expected}");
    }

    private static string Expected => "expected {\"question\": \"…\", \"choices\": [\" a\", \" b\"], \"answer\": 0, \"class\": \"…\"} on every line.";

    private static ChoiceQuestion Parse(JsonElement line, string place)
    {
        SteeringException Refusal(string problem) => new($"{place}: {problem}; {Expected}");

        if (line.ValueKind != JsonValueKind.Object)
        {
            throw Refusal("the line is no object");
        }

        foreach (var property in line.EnumerateObject().Select(property => property.Name))
        {
            if (!Fields.Contains(property, StringComparer.Ordinal))
            {
                throw Refusal($"unknown field '{property}'");
            }
        }

        if (!line.TryGetProperty("question", out var question) || question.ValueKind != JsonValueKind.String || question.GetString()!.Length == 0)
        {
            throw Refusal("'question' must be a text that is not empty");
        }

        if (!line.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() is < 2 or > MostChoices
            || choices.EnumerateArray().Any(choice => choice.ValueKind != JsonValueKind.String || choice.GetString()!.Length == 0))
        {
            throw Refusal($"'choices' must be a list of 2 to {MostChoices} texts that are not empty");
        }

        if (!line.TryGetProperty("answer", out var answer) || answer.ValueKind != JsonValueKind.Number || !answer.TryGetInt32(out var right) || right < 0 || right >= choices.GetArrayLength())
        {
            throw Refusal(string.Create(CultureInfo.InvariantCulture, $"'answer' must be the index of a choice, 0 to {choices.GetArrayLength() - 1}"));
        }

        string? about = null;
        if (line.TryGetProperty("class", out var kind))
        {
            about = kind.ValueKind == JsonValueKind.String ? kind.GetString() : throw Refusal("'class' must be a text");
        }

        return new ChoiceQuestion(question.GetString()!, [.. choices.EnumerateArray().Select(choice => choice.GetString()!)], right, about);
    }
}
