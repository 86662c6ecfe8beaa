using System.Globalization;

namespace Steering.Models;

/// <summary>
/// Compares <c>genai_config.json</c> with the graph that it names, before anything native does: GenAI allocates by the
/// configuration and ends in an error, or in memory that is not its own, where the graph is another.
/// </summary>
internal static class GraphAgreement
{
    /// <exception cref="SteeringException">They disagree; the message names the folder and the field.</exception>
    public static void Check(string folder, GenAiConfig config)
    {
        // Encoders and pipelines have other inputs, and graphs in ONNX Runtime's own format are not ONNX.
        if (!config.IsDecoderOnly || config.GraphFile.EndsWith(".ort", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var names = config.Names;
        var graph = GraphSignature.Read(Path.Combine(folder, config.GraphFile));
        Inputs(names, graph, Refuse);
        if (!graph.Outputs.TryGetValue(names.Logits, out var logits))
        {
            throw Refuse("model.decoder.outputs.logits", names.Logits, $"one of the graph's outputs: {List(graph.Outputs.Keys)}");
        }

        if (logits is [.., > 0 and var width] && width != config.VocabularySize)
        {
            throw Refuse("model.vocab_size", Number(config.VocabularySize), $"{Number(width)}, the number of logits that the graph gives a token");
        }

        Cache(config, graph, Refuse);

        SteeringException Refuse(string place, string given, string expected) =>
            GenAiConfigCheck.Refuse(Path.Combine(folder, GenAiConfig.FileName), place, given, expected);
    }

    private static void Inputs(GraphNames names, GraphSignature graph, Func<string, string, string, SteeringException> refuse)
    {
        // A decoder that takes embeddings has no ids; which inputs a graph may lack GenAI sees itself.
        if (!graph.Inputs.ContainsKey(names.InputIds) && !graph.Inputs.ContainsKey("inputs_embeds"))
        {
            throw refuse("model.decoder.inputs.input_ids", names.InputIds, $"one of the graph's inputs: {List(graph.Inputs.Keys)}");
        }

        var standard = new GraphNames();
        foreach (var (place, name, usual) in ((string, string, string)[])[("attention_mask", names.AttentionMask, standard.AttentionMask), ("position_ids", names.PositionIds, standard.PositionIds)])
        {
            if (!graph.Inputs.ContainsKey(name) && graph.Inputs.ContainsKey(usual))
            {
                throw refuse($"model.decoder.inputs.{place}", name, $"'{usual}', as the graph's input is called");
            }
        }
    }

    private static void Cache(GenAiConfig config, GraphSignature graph, Func<string, string, string, SteeringException> refuse)
    {
        var names = config.Names;
        foreach (var (place, pattern, values) in ((string, string, IReadOnlyDictionary<string, long[]?>)[])
        [
            ("inputs.past_key_names", names.PastKeys, graph.Inputs),
            ("inputs.past_value_names", names.PastValues, graph.Inputs),
            ("outputs.present_key_names", names.PresentKeys, graph.Outputs),
            ("outputs.present_value_names", names.PresentValues, graph.Outputs),
        ])
        {
            var first = GraphNames.Of(pattern, 0);
            if (!values.TryGetValue(first, out var shape))
            {
                // Other caches (one tensor a block, recurrent states) go by other names, which GenAI checks.
                if (names.Named.Contains(place))
                {
                    throw refuse($"model.decoder.{place}", pattern, $"a name with %d that the graph has; it has {List(values.Keys)}");
                }

                continue;
            }

            for (var block = 1; block < config.BlockCount; block++)
            {
                if (!values.ContainsKey(GraphNames.Of(pattern, block)))
                {
                    throw refuse("model.decoder.num_hidden_layers", Number(config.BlockCount), $"{Number(block)}, as many as the graph has '{pattern}'");
                }
            }

            if (values.ContainsKey(GraphNames.Of(pattern, config.BlockCount)))
            {
                throw refuse("model.decoder.num_hidden_layers", Number(config.BlockCount), $"more: the graph has '{GraphNames.Of(pattern, config.BlockCount)}' too");
            }

            if (shape is [_, var heads, _, var size])
            {
                Same("model.decoder.num_key_value_heads", config.KeyValueHeadCount, heads);
                Same("model.decoder.head_size", config.HeadSize, size);
            }
        }

        void Same(string place, int given, long graphs)
        {
            if (graphs > 0 && graphs != given)
            {
                throw refuse(place, Number(given), $"{Number(graphs)}, as in the graph's cache");
            }
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> names)
    {
        string[] first = [.. names.Where(name => !name.StartsWith("steering.", StringComparison.Ordinal)).Take(9)];
        return string.Join(", ", first.Take(8)) + (first.Length > 8 ? " …" : string.Empty);
    }
}
