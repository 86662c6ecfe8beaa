using System.Globalization;

namespace Steering.Export.Onnx;

/// <summary>One dimension of a shape: a number, or a name for a size known at run time.</summary>
internal readonly record struct GraphDimension
{
    private GraphDimension(long size, string? name)
    {
        Size = size;
        Name = name;
    }

    /// <summary>Number of elements; meaningless when <see cref="Name"/> is set.</summary>
    public long Size { get; }

    /// <summary>Symbol of a size known at run time, or null.</summary>
    public string? Name { get; }

    /// <summary>A fixed size.</summary>
    public static implicit operator GraphDimension(long size) => Of(size);

    /// <summary>A size known at run time.</summary>
    public static implicit operator GraphDimension(string name) => Of(name);

    /// <summary>A fixed size.</summary>
    public static GraphDimension Of(long size) => new(size, name: null);

    /// <summary>A size known at run time.</summary>
    public static GraphDimension Of(string name) => new(0, name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Size.ToString(CultureInfo.InvariantCulture);

    internal TensorShapeProto.Types.Dimension ToProto() =>
        Name is null ? new() { DimValue = Size } : new() { DimParam = Name };
}
