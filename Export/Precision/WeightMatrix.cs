using Steering.Export.Checkpoints;

namespace Steering.Export.Precision;

/// <summary>A matrix [out, in] of a checkpoint, possibly put together from several tensors or in another order of rows.</summary>
internal abstract class WeightMatrix
{
    /// <summary>Creates a matrix of a shape.</summary>
    protected WeightMatrix(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        if (Count > Array.MaxLength)
        {
            throw new SteeringException($"A matrix of {rows} × {columns} is larger than the {Array.MaxLength} elements that one matrix may have.");
        }
    }

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>Number of elements.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>The block type that can be carried over, or null when the numbers are floating point.</summary>
    public abstract BlockFormat? Format { get; }

    /// <summary>A tensor as it is.</summary>
    public static WeightMatrix Of(ICheckpoint checkpoint, string name) => new StoredMatrix(checkpoint, name);

    /// <summary>Matrices under one another.</summary>
    public static WeightMatrix Stack(params IReadOnlyList<WeightMatrix> parts) => parts.Count == 1 ? parts[0] : new StackedMatrix(parts);

    /// <summary>The same rows in another order: row <c>i</c> of the result is row <c>order[i]</c>.</summary>
    public WeightMatrix Reorder(IReadOnlyList<int> order) => new ReorderedMatrix(this, order);

    /// <summary>Reads all elements as fp32, row-major [out, in].</summary>
    public abstract void ReadFloat32(Span<float> destination);

    /// <summary>The blocks of all rows; only where <see cref="Format"/> is not null.</summary>
    public abstract ReadOnlyMemory<byte> ReadBlocks();

    /// <summary>Bytes of the blocks of one row.</summary>
    public int BlockRowLength => Format is { } format
        ? Columns / format.SourceElements * format.SourceBytes
        : throw new InvalidOperationException("Not stored in blocks.");

    private sealed class StoredMatrix : WeightMatrix
    {
        private readonly ICheckpoint _checkpoint;
        private readonly string _name;

        public StoredMatrix(ICheckpoint checkpoint, string name)
            : this(checkpoint, checkpoint.Describe(name))
        {
        }

        private StoredMatrix(ICheckpoint checkpoint, CheckpointTensor tensor)
            : base(Dimension(tensor, 0), Dimension(tensor, 1))
        {
            _checkpoint = checkpoint;
            _name = tensor.Name;
            Format = BlockFormat.Find(tensor.Storage);
        }

        public override BlockFormat? Format { get; }

        public override void ReadFloat32(Span<float> destination) => _checkpoint.ReadFloat32(_name, destination);

        public override ReadOnlyMemory<byte> ReadBlocks()
        {
            var blocks = _checkpoint.ReadBlocks(_name);
            return blocks.Length == (long)Rows * BlockRowLength
                ? blocks
                : throw new SteeringException($"Tensor '{_name}' of {_checkpoint.Source} has {blocks.Length} bytes of blocks instead of {(long)Rows * BlockRowLength}.");
        }

        private static int Dimension(CheckpointTensor tensor, int axis) =>
            tensor.Shape.Count == 2 && tensor.Shape[axis] is > 0 and <= int.MaxValue && tensor.Count <= Array.MaxLength
                ? (int)tensor.Shape[axis]
                : throw new SteeringException($"Tensor '{tensor.Name}' has the shape [{string.Join(", ", tensor.Shape)}], but a matrix of at most {Array.MaxLength} elements is expected.");
    }

    private sealed class StackedMatrix(IReadOnlyList<WeightMatrix> parts) : WeightMatrix(parts.Sum(part => part.Rows), CommonColumns(parts))
    {
        public override BlockFormat? Format => parts.All(part => part.Format == parts[0].Format) ? parts[0].Format : null;

        public override void ReadFloat32(Span<float> destination)
        {
            foreach (var part in parts)
            {
                part.ReadFloat32(destination[..(int)part.Count]);
                destination = destination[(int)part.Count..];
            }
        }

        public override ReadOnlyMemory<byte> ReadBlocks()
        {
            var all = new byte[(long)Rows * BlockRowLength];
            var at = 0;
            foreach (var part in parts)
            {
                var blocks = part.ReadBlocks();
                blocks.CopyTo(all.AsMemory(at));
                at += blocks.Length;
            }

            return all;
        }

        private static int CommonColumns(IReadOnlyList<WeightMatrix> parts) => parts.All(part => part.Columns == parts[0].Columns)
            ? parts[0].Columns
            : throw new SteeringException($"Matrices with {string.Join(", ", parts.Select(part => part.Columns))} inputs cannot read the same vector.");
    }

    private sealed class ReorderedMatrix(WeightMatrix inner, IReadOnlyList<int> order) : WeightMatrix(order.Count, inner.Columns)
    {
        public override BlockFormat? Format => inner.Format;

        public override void ReadFloat32(Span<float> destination)
        {
            var source = new float[inner.Count];
            inner.ReadFloat32(source);
            for (var row = 0; row < Rows; row++)
            {
                source.AsSpan(order[row] * Columns, Columns).CopyTo(destination[(row * Columns)..]);
            }
        }

        public override ReadOnlyMemory<byte> ReadBlocks()
        {
            var source = inner.ReadBlocks().Span;
            var length = BlockRowLength;
            var all = new byte[Rows * length];
            for (var row = 0; row < Rows; row++)
            {
                source.Slice(order[row] * length, length).CopyTo(all.AsSpan(row * length));
            }

            return all;
        }
    }
}
