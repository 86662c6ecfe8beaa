using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Steering.Analysis.Harvest;

namespace Steering.Analysis.Sources;

/// <summary>
/// The rows of a text in its order, pass after pass, made on a thread of its own that runs ahead as far as a bounded queue
/// allows.
/// </summary>
internal sealed class ActivationReader : IRowStream
{
    private readonly TextHarvest _text;
    private readonly Blocks _blocks;
    private readonly int _queueBlocks;
    private readonly int? _passes;
    private BlockingCollection<RowBlock>? _queue;
    private CancellationTokenSource? _stop;
    private Thread? _thread;
    private ExceptionDispatchInfo? _failure;
    private RowBlock? _block;
    private int _blockRow;
    private int _pass;
    private long _unit;
    private string _textBefore = string.Empty;
    private long _unitRows;
    private long _skipRows;
    private HarvestCounts _counts;
    private HarvestCounts _countsBeforeUnit;

    /// <summary>Prepares a harvest; it begins with the first read.</summary>
    /// <param name="text">The text and the model; disposed of with this.</param>
    /// <param name="queueRows">Rows that may wait for their reader.</param>
    /// <param name="passes">Number of passes, or null for without end: the next is begun while one is read.</param>
    /// <param name="blocks">Makes the blocks of a pass where they do not all come from the model; null where they do.</param>
    public ActivationReader(TextHarvest text, int queueRows, int? passes, Blocks? blocks = null)
    {
        _text = text;
        _passes = passes;
        _blocks = blocks ?? ((unit, textBefore, stop) => text.Blocks(unit, textBefore, writer: null, progress: null, stop));
        _queueBlocks = Math.Max(2, queueRows / text.BatchTokens);
    }

    /// <summary>The blocks of a pass from a unit on to the end of the text.</summary>
    /// <param name="unit">First window of the unit.</param>
    /// <param name="textBefore">Hash of all windows before; empty where it is not known.</param>
    /// <param name="stop">Stops between forward passes.</param>
    public delegate IEnumerable<RowBlock> Blocks(long unit, string textBefore, CancellationToken stop);

    public int HiddenSize => _text.HiddenSize;

    public string Identity => _text.Identity;

    public HarvestCounts Counts => _counts;

    public long CountTokens(CancellationToken cancellationToken) => _text.CountTokens(cancellationToken);

    public int Read(Span<float> rows, CancellationToken cancellationToken)
    {
        var wanted = rows.Length / HiddenSize;
        while (_block is null)
        {
            var block = Take(cancellationToken);
            if (block.Rows is null)
            {
                (_pass, _unit, _unitRows, _textBefore, _countsBeforeUnit) = (_pass + 1, 0, 0, string.Empty, _counts);
                return 0;
            }

            Enter(block);
        }

        var count = Math.Min(wanted, (_block.Rows!.Length / HiddenSize) - _blockRow);
        _block.Rows.AsSpan(_blockRow * HiddenSize, count * HiddenSize).CopyTo(rows);
        _blockRow += count;
        _unitRows += count;
        if (_blockRow * HiddenSize == _block.Rows.Length)
        {
            _block = null;
        }

        return count;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_pass);
        writer.Write(_unit);
        writer.Write(_textBefore);
        writer.Write(_unitRows + _skipRows);

        // Before the first row the thread may or may not have found the limit: the state must not tell.
        var limit = _unit > 0 || _unitRows > 0 || _pass > 0 ? _text.Limit : null;
        writer.Write(limit is not null);
        writer.Write(limit?.Median ?? 0);
        writer.Write(limit?.Limit ?? 0);
        foreach (var count in (ReadOnlySpan<long>)[_countsBeforeUnit.Windows, _countsBeforeUnit.Tokens, _countsBeforeUnit.Rows, _countsBeforeUnit.FirstPositions, _countsBeforeUnit.MassiveTokens])
        {
            writer.Write(count);
        }
    }

    public void Restore(BinaryReader reader)
    {
        Stop();
        _pass = reader.ReadInt32();
        _unit = reader.ReadInt64();
        _textBefore = reader.ReadString();
        _skipRows = reader.ReadInt64();
        var hasLimit = reader.ReadBoolean();
        var limit = new MassiveLimit(reader.ReadSingle(), reader.ReadSingle());
        _countsBeforeUnit = _counts = new HarvestCounts(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        if (_pass < 0 || _unit < 0 || _skipRows < 0 || float.IsNaN(limit.Limit))
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"The saved state stands at row {_skipRows} of window {_unit} in pass {_pass}: it is damaged. Resume from an earlier checkpoint."));
        }

        if (hasLimit)
        {
            _text.Limit = limit;
        }

        (_block, _blockRow, _unitRows) = (null, 0, 0);
    }

    public void Dispose()
    {
        Stop();
        _text.Dispose();
    }

    /// <summary>Makes a block the current one, less the rows that were read before the state was saved.</summary>
    private void Enter(RowBlock block)
    {
        if (block.Unit != _unit)
        {
            (_unit, _unitRows, _countsBeforeUnit) = (block.Unit, 0, _counts);
            if (_skipRows > 0)
            {
                throw new SteeringException("The saved state stands behind the end of a batch of this harvest: the text or the model gives fewer rows than it did. Resume with the same text and model.");
            }
        }

        _textBefore = block.TextBefore;
        _counts = _pass == 0 ? Sum(_counts, block.Counts) : _counts;
        var rows = block.Rows!.Length / HiddenSize;
        var skipped = (int)Math.Min(rows, _skipRows);
        _skipRows -= skipped;
        _unitRows += skipped;
        (_block, _blockRow) = skipped == rows ? (null, 0) : (block, skipped);
    }

    private static HarvestCounts Sum(HarvestCounts a, HarvestCounts b) =>
        new(a.Windows + b.Windows, a.Tokens + b.Tokens, a.Rows + b.Rows, a.FirstPositions + b.FirstPositions, a.MassiveTokens + b.MassiveTokens);

    private RowBlock Take(CancellationToken cancellationToken)
    {
        Start();
        try
        {
            return _queue!.Take(cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // Nothing more will come: the harvest failed. It begins anew with the next read.
            var failure = _failure;
            var restart = (_unit, _textBefore, _unitRows + _skipRows, _countsBeforeUnit);
            Stop();
            (_unit, _textBefore, _skipRows, _counts) = restart;
            (_block, _blockRow, _unitRows) = (null, 0, 0);
            failure?.Throw();
            throw;
        }
    }

    private void Start()
    {
        if (_thread is not null)
        {
            return;
        }

        var queue = _queue = new BlockingCollection<RowBlock>(_queueBlocks);
        var stop = _stop = new CancellationTokenSource();
        var (pass, unit, text) = (_pass, _unit, _textBefore);
        _thread = new Thread(() => Produce(queue, pass, unit, text, stop.Token)) { IsBackground = true, Name = "steering harvest" };
        _thread.Start();
    }

    private void Produce(BlockingCollection<RowBlock> queue, int pass, long unit, string textBefore, CancellationToken stop)
    {
        try
        {
            do
            {
                foreach (var block in _blocks(unit, textBefore, stop))
                {
                    queue.Add(block, stop);
                }

                queue.Add(new RowBlock(Rows: null, 0, string.Empty, default), stop);
                (unit, textBefore) = (0, string.Empty);
                pass++;
            }
            while (_passes is null || pass < _passes);
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            queue.CompleteAdding();
        }
    }

    private void Stop()
    {
        _stop?.Cancel();
        _thread?.Join();
        _stop?.Dispose();
        _queue?.Dispose();
        (_stop, _thread, _queue, _failure) = (null, null, null, null);
    }
}
