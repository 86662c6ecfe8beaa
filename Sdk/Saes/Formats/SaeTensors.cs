using System.Globalization;
using Steering.Tensors;

namespace Steering.Saes.Formats;

/// <summary>Takes the tensors of an autoencoder out of a file, each with its shape checked, and refuses what is left.</summary>
/// <param name="file">The file; disposed of with this.</param>
/// <param name="format">The layout's name, for messages.</param>
internal sealed class SaeTensors(ITensorSource file, string format) : IDisposable
{
    private readonly HashSet<string> _left = new(file.Names, StringComparer.Ordinal);

    public string Path => file.Path;

    public bool Has(string name) => _left.Contains(name);

    /// <summary>The two sizes of a matrix, which decide those of everything else.</summary>
    public (int Rows, int Columns) Sizes(string name)
    {
        var shape = Require(name).Shape;
        return shape is [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue] && shape[0] <= Array.MaxLength / shape[1]
            ? ((int)shape[0], (int)shape[1])
            : throw new SteeringException($"{file.Path}: tensor '{name}' has shape [{string.Join(", ", shape)}]; a matrix was expected.");
    }

    /// <summary>A tensor of weights of the given shape.</summary>
    public float[] Take(string name, params ReadOnlySpan<long> shape)
    {
        var info = Require(name);
        if (!shape.SequenceEqual([.. info.Shape]))
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' has shape [{string.Join(", ", info.Shape)}], expected [{string.Join(", ", shape.ToArray())}].");
        }

        if (info.ElementType is not (TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Float64))
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' is of type {info.ElementType}; weights are Float32, Float16, BFloat16 or Float64.");
        }

        var values = file.ReadFloat32(name);
        SaeParameterCheck.Finite(file.Path, $"tensor '{name}'", values);
        _left.Remove(name);
        return values;
    }

    /// <summary>A matrix stored [rows, columns], as [columns, rows].</summary>
    public float[] TakeTransposed(string name, int rows, int columns) => MatrixTranspose.Of(Take(name, rows, columns), rows, columns);

    /// <summary>One number, stored without dimensions or as the only element.</summary>
    public float TakeScalar(string name) => Require(name).Shape.Count == 0 ? Take(name)[0] : Take(name, 1)[0];

    /// <summary>One whole number, stored as an integer or as a float without a fraction.</summary>
    public int TakeWhole(string name)
    {
        var info = Require(name);
        if (info.Count != 1)
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' has shape [{string.Join(", ", info.Shape)}]; one number was expected.");
        }

        var value = info.ElementType < TensorElementType.Float16 ? file.ReadInt64(name)[0] : file.ReadFloat32(name)[0];
        _left.Remove(name);
        return value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{file.Path}: tensor '{name}' is {value}; a whole number was expected."));
    }

    /// <summary>Passes over a tensor that changes nothing at inference.</summary>
    public void Ignore(string name) => _left.Remove(name);

    public void RefuseRest()
    {
        if (_left.Count > 0)
        {
            throw new SteeringException($"{file.Path}: tensor '{_left.Order(StringComparer.Ordinal).First()}' does not belong to a {format} autoencoder, so it cannot be told what it changes; remove it if it is only a note.");
        }
    }

    public void Dispose() => file.Dispose();

    private TensorInfo Require(string name) => _left.Contains(name)
        ? file.Describe(name)
        : throw new SteeringException($"{file.Path}: tensor '{name}' is missing; a {format} autoencoder has it. There are {(file.Names.Count == 0 ? "none" : string.Join(", ", file.Names.Take(12)))}.");
}
