using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steering.IO;

namespace Steering.Analysis.Experiments;

/// <summary>
/// The replies of one condition as JSON lines that are only ever appended to: a first line that names what they are replies
/// to, then a reply each, in the order in which they became ready. A run that was killed leaves at most one torn line, which is
/// cut off when the file is opened again. Thread-safe.
/// </summary>
internal sealed class ReplyLog : IDisposable
{
    private const int Format = 1;
    private const int LargestFile = 1 << 30;
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _lock = new();
    private readonly ExperimentReply?[] _replies;
    private readonly int _samples;
    private readonly FileStream _stream;

    private ReplyLog(string path, int prompts, int samples)
    {
        _replies = new ExperimentReply?[prompts * samples];
        _samples = samples;
        _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <summary>Whether a reply is there.</summary>
    public bool Has(int index) => _replies[index] is not null;

    /// <summary>The replies, prompt by prompt and sample by sample.</summary>
    public IReadOnlyList<ExperimentReply> All => Array.ConvertAll(_replies, reply => reply ?? throw new InvalidOperationException("A reply is missing."));

    /// <summary>Opens the log of a condition, or begins it.</summary>
    /// <exception cref="SteeringException">The file holds replies to something else, or is damaged.</exception>
    public static ReplyLog Open(string path, string condition, string fingerprint, int prompts, int samples)
    {
        var read = Exists(path) ? Read(path, fingerprint, prompts, samples) : [];
        var log = new ReplyLog(path, prompts, samples);
        if (log._stream.Length == 0)
        {
            log.Write(writer =>
            {
                writer.WriteNumber("format", Format);
                writer.WriteString("condition", condition);
                writer.WriteString("fingerprint", fingerprint);
            });
        }

        foreach (var reply in read)
        {
            log._replies[(reply.Prompt * samples) + reply.Sample] = reply;
        }

        return log;
    }

    /// <summary>Appends a reply.</summary>
    public void Add(ExperimentReply reply)
    {
        lock (_lock)
        {
            _replies[(reply.Prompt * _samples) + reply.Sample] = reply;
            Write(writer =>
            {
                writer.WriteNumber("prompt", reply.Prompt);
                writer.WriteNumber("sample", reply.Sample);
                writer.WriteString("text", reply.Text);
                writer.WriteBoolean("ended", reply.Ended);
                writer.WriteStartArray("ids");
                foreach (var id in reply.Ids)
                {
                    writer.WriteNumberValue(id);
                }

                writer.WriteEndArray();
            });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static bool Exists(string path) => File.Exists(path) && new FileInfo(path).Length > 0;

    private static List<ExperimentReply> Read(string path, string fingerprint, int prompts, int samples)
    {
        var bytes = ReadableFile.ReadAllBytes(path, LargestFile);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end < bytes.Length)
        {
            using var cut = new FileStream(path, FileMode.Open, FileAccess.Write);
            cut.SetLength(end);
        }

        var replies = new List<ExperimentReply>();
        var seen = new HashSet<(int, int)>();
        var number = 0;
        for (var start = 0; start < end;)
        {
            var length = bytes.AsSpan(start, end - start).IndexOf((byte)'\n');
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}:{++number}");
            using var document = StrictJson.Parse(place, bytes.AsMemory(start, length));
            start += length + 1;
            if (number == 1)
            {
                CheckHeader(path, document.RootElement, fingerprint);
                continue;
            }

            var reply = Reply(document.RootElement);
            if (reply is null || reply.Prompt < 0 || reply.Prompt >= prompts || reply.Sample < 0 || reply.Sample >= samples || !seen.Add((reply.Prompt, reply.Sample)))
            {
                throw new SteeringException($"{place} is not a reply of this experiment, or one that is there already; remove that line, or choose another folder with --output.");
            }

            replies.Add(reply);
        }

        return replies;
    }

    private static void CheckHeader(string path, JsonElement header, string fingerprint)
    {
        if (header.ValueKind != JsonValueKind.Object || !header.TryGetProperty("fingerprint", out var value) || value.ValueKind != JsonValueKind.String || value.GetString() != fingerprint)
        {
            throw new SteeringException($"{path} holds replies to something else: the model, the prompts, the policy, the seed, the samples, the sampling or the decoder have changed since. Choose another folder with --output, or delete that file to have its replies written again.");
        }
    }

    private static ExperimentReply? Reply(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object
            || !line.TryGetProperty("prompt", out var prompt) || prompt.ValueKind != JsonValueKind.Number || !prompt.TryGetInt32(out var at)
            || !line.TryGetProperty("sample", out var sample) || sample.ValueKind != JsonValueKind.Number || !sample.TryGetInt32(out var which)
            || !line.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String
            || !line.TryGetProperty("ended", out var ended) || ended.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
            || !line.TryGetProperty("ids", out var ids) || ids.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var tokens = new List<int>(ids.GetArrayLength());
        foreach (var id in ids.EnumerateArray())
        {
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out var token) || token < 0)
            {
                return null;
            }

            tokens.Add(token);
        }

        return new ExperimentReply(at, which, tokens, text.GetString()!, ended.GetBoolean());
    }

    private void Write(Action<Utf8JsonWriter> fields)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, Readable))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        memory.Write(Encoding.UTF8.GetBytes("\n"));
        _stream.Write(memory.GetBuffer(), 0, (int)memory.Length);
        _stream.Flush();
    }
}

/// <summary>One reply of one condition.</summary>
/// <param name="Prompt">Index of the prompt.</param>
/// <param name="Sample">Which of the replies to that prompt, from 0.</param>
/// <param name="Ids">Token ids, the end token included where there is one.</param>
/// <param name="Text">The reply without its end marker.</param>
/// <param name="Ended">Whether the model ended it; false where it was cut off at the largest length.</param>
public sealed record ExperimentReply(int Prompt, int Sample, IReadOnlyList<int> Ids, string Text, bool Ended);
