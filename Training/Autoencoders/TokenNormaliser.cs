using Steering.Saes;
using static TorchSharp.torch;

namespace Steering.Training.Autoencoders;

/// <summary>A batch after the per-token normalisation of its kind, and the way back.</summary>
internal readonly struct TokenNormaliser
{
    private const double Epsilon = 1e-5;
    private readonly Tensor? _scale;
    private readonly Tensor? _shift;

    /// <summary>Normalises a batch.</summary>
    /// <param name="x">[tokens, d].</param>
    /// <param name="normalisation">How.</param>
    public TokenNormaliser(Tensor x, InputNormalisation normalisation)
    {
        switch (normalisation)
        {
            case InputNormalisation.ConstantNorm:
                _scale = x.norm(-1, keepdim: true) / Math.Sqrt(x.shape[1]);
                Input = x / _scale;
                break;
            case InputNormalisation.LayerNorm:
                _shift = x.mean([-1L], keepdim: true);
                var centred = x - _shift;
                _scale = centred.std(-1L, unbiased: true, keepdim: true);
                Input = centred / (_scale + Epsilon);
                break;
            default:
                Input = x;
                break;
        }
    }

    /// <summary>[tokens, d] what the encoder reads.</summary>
    public Tensor Input { get; }

    /// <summary>A reconstruction of <see cref="Input"/> in the units of the batch.</summary>
    public Tensor Undo(Tensor reconstruction) => _shift is null ? UndoScale(reconstruction) : UndoScale(reconstruction) + _shift;

    /// <summary>A difference of reconstructions in the units of the batch.</summary>
    public Tensor UndoScale(Tensor difference) => _scale is null ? difference : difference * _scale;
}
