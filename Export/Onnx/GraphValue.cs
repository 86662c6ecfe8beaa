namespace Steering.Export.Onnx;

/// <summary>An edge of a graph: a tensor's name and its element type. The default is an absent optional input or output.</summary>
internal readonly record struct GraphValue
{
    private readonly string? _name;

    /// <summary>Names a value.</summary>
    /// <param name="name">Name, unique in its graph.</param>
    /// <param name="type">Element type.</param>
    public GraphValue(string name, TensorProto.Types.DataType type)
    {
        _name = name;
        Type = type;
    }

    /// <summary>An absent optional input, or an output nobody asked for.</summary>
    public static GraphValue None => default;

    /// <summary>Name, unique in its graph; empty for <see cref="None"/>.</summary>
    public string Name => _name ?? string.Empty;

    /// <summary>Element type.</summary>
    public TensorProto.Types.DataType Type { get; }

    /// <summary>Whether this stands for an absent optional input or output.</summary>
    public bool IsNone => Name.Length == 0;
}
