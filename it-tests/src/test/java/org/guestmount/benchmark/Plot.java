package org.guestmount.benchmark;

import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.svg.SVGGraphics2D;

/** A bar for each work and system on a logarithmic axis: shorter is better. */
final class Plot {
    private static final int WIDTH = 900;
    private static final int HEAD = 120;
    private static final int WORK_HEIGHT = 44;
    private static final double SHORTEST_SECONDS = 0.001;

    private Plot() {}

    static void write(Path file, String title, List<MountSystem> systems, Results results) throws IOException {
        DefaultCategoryDataset medians = new DefaultCategoryDataset();
        for (String work : results.works()) {
            for (MountSystem system : systems) {
                results.median(work, system).ifPresent(seconds -> medians.addValue(seconds, Report.name(system), work));
            }
        }
        LogAxis seconds = new LogAxis("seconds");
        seconds.setSmallestValue(SHORTEST_SECONDS);
        seconds.setAutoRange(true);
        BarRenderer bars = new BarRenderer();
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        bars.setBase(SHORTEST_SECONDS);
        CategoryPlot plot = new CategoryPlot(medians, new CategoryAxis(), seconds, bars);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        int height = HEAD + WORK_HEIGHT * results.works().size();
        SVGGraphics2D picture = new SVGGraphics2D(WIDTH, height);
        new JFreeChart(title, plot).draw(picture, new Rectangle(WIDTH, height));
        Files.writeString(file, picture.getSVGDocument());
    }
}
