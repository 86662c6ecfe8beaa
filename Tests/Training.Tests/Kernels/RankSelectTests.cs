using Steering.Training.Kernels;

namespace Steering.Tests.Training.Kernels;

[TestClass]
public sealed unsafe class RankSelectTests
{
    [TestMethod]
    [DataRow(5, 3)]
    [DataRow(64, 64)]
    [DataRow(1000, 1)]
    [DataRow(1000, 32)]
    [DataRow(8192, 32)]
    [DataRow(8200, 300)]
    public void LargestPositive_RandomRowsWithTies_EqualsASort(int count, int k)
    {
        var random = new Random(count + k);
        for (var round = 0; round < 20; round++)
        {
            // Whole numbers make ties; a shift makes rows with few positive entries.
            var row = Enumerable.Range(0, count).Select(_ => (float)(random.Next(-200, 200) - (round * 10))).ToArray();
            var expected = row.Select((value, index) => (value, index))
                .Where(entry => entry.value > 0)
                .OrderByDescending(entry => entry.value).ThenBy(entry => entry.index)
                .Take(k).OrderBy(entry => entry.index).ToArray();
            var indices = new int[count];
            var selected = new float[count];
            var scratch = new float[RankSelect.ScratchSize(count)];
            int found;
            fixed (float* values = row, room = scratch, kept = selected)
            fixed (int* places = indices)
            {
                found = RankSelect.LargestPositive(values, count, k, room, places, kept);
            }

            CollectionAssert.AreEqual(expected.Select(entry => entry.index).ToArray(), indices[..found]);
            CollectionAssert.AreEqual(expected.Select(entry => entry.value).ToArray(), selected[..found]);
        }
    }
}
