using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steering.Export.Onnx;

namespace Steering.Export.Saes;

/// <summary>Writes <c>sae.json</c>: the metadata, and for each graph its file, inputs and outputs.</summary>
internal static class SaeOnnxManifest
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="metadata">Lines that hold for all graphs.</param>
    /// <param name="graphs">Each graph and its file.</param>
    public static byte[] Write(IEnumerable<(string Key, string Value)> metadata, IEnumerable<(string Name, string File, GraphProto Graph)> graphs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var (key, value) in metadata)
            {
                WriteLine(json, key[SaeOnnxNames.MetadataPrefix.Length..], value);
            }

            json.WriteNumber("opset", SaeGraph.Opset);
            json.WriteStartObject("graphs");
            foreach (var (name, file, graph) in graphs)
            {
                json.WriteStartObject(name);
                json.WriteString("file", file);
                WriteValues(json, "inputs", graph.Input);
                WriteValues(json, "outputs", graph.Output);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteLine(Utf8JsonWriter json, string key, string value)
    {
        switch (key)
        {
            case "format_version" or "d_in" or "d_sae" or "k":
                json.WritePropertyName(key);
                json.WriteRawValue(value);
                break;
            case "training":
                // The whole file is one line a value; the summary's own line is set out like the rest.
                using (var document = JsonDocument.Parse(value))
                {
                    json.WritePropertyName(key);
                    document.RootElement.WriteTo(json);
                }

                break;
            default:
                json.WriteString(key, value);
                break;
        }
    }

    private static void WriteValues(Utf8JsonWriter json, string name, IEnumerable<ValueInfoProto> values)
    {
        json.WriteStartObject(name);
        foreach (var value in values)
        {
            json.WriteStartObject(value.Name);
            json.WriteString("type", value.Type.TensorType.ElemType == (int)TensorProto.Types.DataType.Int64 ? "int64" : "float32");
            json.WriteStartArray("shape");
            foreach (var dimension in value.Type.TensorType.Shape.Dim)
            {
                if (dimension.HasDimParam)
                {
                    json.WriteStringValue(dimension.DimParam);
                }
                else
                {
                    json.WriteNumberValue(dimension.DimValue);
                }
            }

            json.WriteEndArray();
            json.WriteString("meaning", value.DocString);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}

/// <summary>A graph that was written.</summary>
/// <param name="Graph">Which.</param>
/// <param name="Path">The <c>.onnx</c> file.</param>
/// <param name="Length">Its bytes, those of its <c>.data</c> file included.</param>
public sealed record SaeOnnxFile(SaeOnnxGraphs Graph, string Path, long Length);
