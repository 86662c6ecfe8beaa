using System.Diagnostics;
using System.Text;
using Steering.Templates;

namespace Steering.Benchmarks;

/// <summary>
/// The prompt of a conversation of 100 messages: chat templates, and the text of ChatML put together by hand as the baseline,
/// interleaved on one thread.
/// </summary>
internal static class TemplateBenchmark
{
    private const int Messages = 100;
    private const int Rounds = 2000;
    private const string ChatMl = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    public static void Run(IReadOnlyList<string> files)
    {
        (string Role, string Content)[] messages = [.. Enumerable.Range(0, Messages).Select(index =>
            (index % 2 == 0 ? "user" : "assistant", $"Message {index}: I like soup, and the weather is {(index % 3 == 0 ? "good" : "bad")}. What do you think of {index} apples?"))];
        var tokens = new Dictionary<string, object?>(StringComparer.Ordinal) { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        var templates = files.Select(file => (Name: Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))!, Template: ChatTemplate.Parse(File.ReadAllText(file), file, tokens: tokens)))
            .Prepend((Name: "ChatML", Template: ChatTemplate.Parse(ChatMl)));
        (string Name, Func<string> Write, List<double> Microseconds)[] variants =
        [
            ("ChatML by hand", () => ByHand(messages), []),
            .. templates.Select(pair => (pair.Name, (Func<string>)(() => pair.Template.Apply(messages)), new List<double>())),
        ];
        for (var round = 0; round < Rounds * 2; round++)
        {
            for (var offset = 0; offset < variants.Length; offset++)
            {
                var (_, write, microseconds) = variants[(round + offset) % variants.Length];
                var start = Stopwatch.GetTimestamp();
                _ = write();
                if (round >= Rounds)
                {
                    microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }
            }
        }

        Console.WriteLine($"## Chat templates, {Messages} messages, one thread, {Rounds} rounds interleaved");
        Console.WriteLine();
        Console.WriteLine("| template | prompt, characters | min µs | lower quartile | median | max | against by hand (lower quartile) |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        Array.ForEach(variants, variant => variant.Microseconds.Sort());
        var baseline = variants[0].Microseconds[Rounds / 4];
        foreach (var (name, write, us) in variants)
        {
            Console.WriteLine(FormattableString.Invariant($"| {name} | {write().Length} | {us[0]:F1} | {us[Rounds / 4]:F1} | {us[Rounds / 2]:F1} | {us[^1]:F1} | {us[Rounds / 4] / baseline:F1} × |"));
        }
    }

    private static string ByHand((string Role, string Content)[] messages)
    {
        var text = new StringBuilder();
        foreach (var (role, content) in messages)
        {
            text.Append("<|im_start|>").Append(role).Append('\n').Append(content).Append("<|im_end|>\n");
        }

        return text.Append("<|im_start|>assistant\n").ToString();
    }
}
