using Google.Protobuf;

namespace Steering.Export.Onnx;

/// <summary>A named constant of a node.</summary>
internal readonly struct AttributeValue
{
    private readonly AttributeProto _proto;

    private AttributeValue(AttributeProto proto) => _proto = proto;

    /// <summary>An integer attribute.</summary>
    public static AttributeValue Int(string name, long value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });

    /// <summary>A floating-point attribute.</summary>
    public static AttributeValue Float(string name, float value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value });

    /// <summary>A list of integers.</summary>
    public static AttributeValue Ints(string name, params ReadOnlySpan<long> values)
    {
        var proto = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values)
        {
            proto.Ints.Add(value);
        }

        return new(proto);
    }

    /// <summary>A text attribute.</summary>
    public static AttributeValue Text(string name, string value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>A graph attribute: the body of a loop.</summary>
    public static AttributeValue Graph(string name, GraphProto value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = value });

    internal AttributeProto ToProto() => _proto;
}
