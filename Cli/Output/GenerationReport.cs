using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Steering.Decoding;

namespace Steering.Cli.Output;

/// <summary>Everything one generation gave, and its JSON form (docs/cli.md).</summary>
internal sealed class GenerationReport
{
    private readonly List<DecodedToken> _tokens = [];
    private readonly StringBuilder _text = new();
    private DecodeRequest? _request;
    private TimeSpan _load;
    private TimeSpan _first;
    private TimeSpan _last;
    private long _start;

    /// <summary>Notes that the model is loaded and decoding begins.</summary>
    public void Loaded(DecodeRequest request, TimeSpan load)
    {
        _request = request;
        _load = load;
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Notes a token.</summary>
    public void Add(DecodedToken token)
    {
        _last = Stopwatch.GetElapsedTime(_start);
        if (_tokens.Count == 0)
        {
            _first = _last;
        }

        _tokens.Add(token);
        _text.Append(token.Text);
    }

    /// <summary>Writes the JSON object. Only <c>timings</c> varies between runs of the same request.</summary>
    public void WriteJson(TextWriter output) => Json.Write(output, writer =>
    {
        writer.WriteNumbers("promptIds", _request!.PromptIds);
        writer.WriteNumbers("ids", _tokens.Select(token => token.Id));
        writer.WriteString("text", _text.ToString());
        writer.WriteString("finishReason", _tokens.Count > 0 && _tokens[^1].FinishReason == FinishReason.Stop ? "stop" : "length");
        WriteActivations(writer);
        writer.WriteStartObject("timings");
        writer.WriteRounded("loadMs", _load.TotalMilliseconds, 1);
        writer.WriteRounded("firstTokenMs", _first.TotalMilliseconds, 1);
        writer.WriteRounded("decodeMs", (_last - _first).TotalMilliseconds, 1);
        writer.WriteRounded("tokensPerSecond", _tokens.Count > 1 ? (_tokens.Count - 1) / (_last - _first).TotalSeconds : 0, 2);
        writer.WriteEndObject();
    });

    private void WriteActivations(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("activations");
        for (var site = 0; site < (_tokens.Count == 0 ? 0 : _tokens[0].Activations.Count); site++)
        {
            var first = _tokens[0].Activations[site];
            var reported = first.Rows.Index().Where(row => row.Item.ReportsActivation).ToArray();
            if (reported.Length == 0)
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("site", first.Site);
            writer.WriteStartArray("rows");
            foreach (var (_, row) in reported)
            {
                writer.WriteStartObject();
                writer.WriteString("label", row.Label);
                WriteIndex(writer, "feature", row.Feature);
                WriteIndex(writer, "intervention", row.Intervention);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("values");
            foreach (var token in _tokens)
            {
                writer.WriteStartArray();
                foreach (var (index, _) in reported)
                {
                    writer.WriteNumberValue(token.Activations[site].Values.Span[index]);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteIndex(Utf8JsonWriter writer, string name, int index)
    {
        if (index < 0)
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteNumber(name, index);
        }
    }
}
